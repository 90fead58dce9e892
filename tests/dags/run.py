"""Runs DAG files by ``dag.test()``, one after another, and writes what became of their tasks: a whole chain.

Arguments: where to write, then the files. Airflow's home and the desk are named by the environment.
"""

import json
import logging
import sys
import time
import traceback
from pathlib import Path


def states(path: str) -> dict[str, object]:
    from airflow.dag_processing.dagbag import DagBag

    dag_id = Path(path).stem
    dag = DagBag(dag_folder=path).dags[dag_id]
    dag.deadline = None  # test() looks for the alert where only the DAG processor would have stored it
    began = time.monotonic()
    run = dag.test()
    tasks = {f"{ti.task_id}.{ti.map_index}": str(ti.state) for ti in run.get_task_instances()}
    return {"state": str(run.state), "tasks": tasks, "seconds": time.monotonic() - began}


def main(out: str, *files: str) -> None:
    logging.disable(logging.WARNING)
    found: dict[str, object] = {}
    for path in files:
        try:
            found[Path(path).stem] = states(path)
        except Exception:  # noqa: BLE001 - the test shows it
            found[Path(path).stem] = {"state": "raised", "tasks": {}, "why": traceback.format_exc()[-2000:]}
    Path(out).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
