"""The DAGs as Airflow itself sees them, parsed once in a process and home of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARSE = """
import json, logging, sys, time
logging.disable(logging.CRITICAL)
from airflow.dag_processing.dagbag import DagBag
found = {}
for path in sys.argv[2:]:
    began = time.perf_counter()
    bag = DagBag(dag_folder=path)
    took = time.perf_counter() - began
    for dag_id, dag in bag.dags.items():
        found[dag_id] = {
            "file": path, "seconds": took, "tags": sorted(dag.tags), "doc": dag.doc_md or "", "owner": dag.owner,
            "period_s": getattr(dag.schedule, "total_seconds", lambda: None)(), "catchup": dag.catchup,
            "active": dag.max_active_runs,
            "tasks": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
        }
    found.setdefault("errors", []).extend(map(str, bag.import_errors.values()))
open(sys.argv[1], "w").write(json.dumps(found))
"""


@pytest.fixture(scope="session")
def parsed_dags(tmp_path_factory):
    """Facts of every DAG by id, and the import errors under ``errors``."""
    home = tmp_path_factory.mktemp("airflow")
    files = sorted(str(path) for path in (ROOT / "dags").glob("*.py") if path.name != "__init__.py")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "SPEED": "10",
    }
    out = home / "dags.json"
    command = [sys.executable, "-W", "ignore", "-c", PARSE, str(out), *files]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(out.read_text())
