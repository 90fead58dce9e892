"""The DAGs as Airflow itself sees them, parsed once in a process and home of their own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from kalshi_desk.embedded import keys, parts, prepare
from kalshi_desk.embedded.place import Place
from kalshi_desk.settings import load_settings
from tests.conftest import _fresh
from tests.embedded.conftest import free_base

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for path in (ROOT / "dags").glob("*.py") if path.name != "__init__.py")
CHAIN = ("market_discovery", "news_aggregation", "probability_estimation", "forecast_signals")
MIGRATE_S, RUN_S = 300, 3_000  # a busy machine is slow, not wrong
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
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "SPEED": "10",
    }
    out = home / "dags.json"
    command = [sys.executable, "-W", "ignore", "-c", PARSE, str(out), *map(str, FILES)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(out.read_text())


@pytest.fixture(scope="session")
def ran_dags(postgres_server, postgres_url, broker):
    """What became of every DAG when run and run again, the forecast chain first, at a desk with a simulated venue."""
    home = Path(tempfile.mkdtemp(prefix="desk-dags-"))
    database = _fresh(postgres_server, psycopg2.extensions.parse_dsn(postgres_url)["dbname"])
    environment = _environment(home, database, broker)
    place = Place(load_settings(_env_file=None, desk_home=home, port_base=int(environment["PORT_BASE"]),
                                database_url=database, kafka_bootstrap=broker.bootstrap))  # fmt: skip
    place.create()
    keys.prepare(place)
    _call(environment, MIGRATE_S, "-m", "airflow", "db", "migrate")
    with _venue(place, environment):
        prepare.clock(place)
        out = home / "ran.json"
        chain = [ROOT / "dags" / f"{name}.py" for name in CHAIN]
        files = chain + [path for path in FILES if path not in chain]
        _call(environment, RUN_S, "-W", "ignore", "-m", "tests.dags.run", str(out), *map(str, files))
    yield json.loads(out.read_text())
    shutil.rmtree(home, ignore_errors=True)


def _environment(home, database, broker):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS": "True",
        "DATABASE_URL": database,
        "DESK_HOME": str(home),
        "GX_ANALYTICS_ENABLED": "false",
        "KAFKA_BOOTSTRAP": broker.bootstrap,
        "PORT_BASE": str(free_base()),
    }


def _call(environment, within_s, *arguments):
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=within_s,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


@contextmanager
def _venue(place, environment):
    command = [sys.executable, "-m", "kalshi_desk", "venue", "--synthetic", "--seed", "7", "--port", str(place.port(2))]
    with (place.home / "venue.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 60
        while (fault := parts.answers(f"{parts.venue_url(place)}/healthz")) is not None:
            assert time.monotonic() < end, fault
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(30)
