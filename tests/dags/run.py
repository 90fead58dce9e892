"""Runs DAG files by ``dag.test()``, one after another, then each of them again for its own interval, and writes what
became of their tasks and what the second time has changed in tables and topics.

Arguments: where to write, then the files. Airflow's home and the desk are named by the environment.
"""

import json
import logging
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from kalshi_desk.adapters.kafka.broker import Broker
from tests.batch.reruns import everything, records

Kept = dict[str, set[str]]


def dag_of(path: str) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    dag = DagBag(dag_folder=path).dags[Path(path).stem]
    dag.deadline = None  # test() looks for the alert where only the DAG processor would have stored it
    return dag


def states(run: Any, began: float) -> dict[str, object]:
    tasks = {f"{ti.task_id}.{ti.map_index}": str(ti.state) for ti in run.get_task_instances()}
    return {"state": str(run.state), "tasks": tasks, "seconds": time.monotonic() - began}


def desk() -> Kept:
    """Return all rows and how many records there are."""
    rows = {name: set(found) for name, found in everything(os.environ["DATABASE_URL"]).items()}
    sizes = records(Broker(os.environ["KAFKA_BOOTSTRAP"]))
    return rows | {f"topic {name}": {str(size)} for name, size in sizes.items()}


def changed(before: Kept, after: Kept) -> dict[str, list[str]]:
    """Return what is there only before (-) or only after (+), by table or topic."""
    found = {}
    for name in before:
        gone, new = before[name] - after[name], after[name] - before[name]
        if gone or new:
            found[name] = [f"- {row}"[:500] for row in gone] + [f"+ {row}"[:500] for row in new]
    return found


def first(path: str, runs: dict[str, Any]) -> dict[str, object]:
    began = time.monotonic()
    runs[path] = run = dag_of(path).test()
    return states(run, began)


def again(path: str, runs: dict[str, Any]) -> dict[str, object]:
    before, began = desk(), time.monotonic()
    run = dag_of(path).test(run_after=runs[path].run_after, logical_date=runs[path].logical_date)
    return {"again": states(run, began), "changed": changed(before, desk())}


def main(out: str, *files: str) -> None:
    logging.disable(logging.WARNING)
    found: dict[str, dict[str, object]] = {Path(path).stem: {"state": "none", "tasks": {}} for path in files}
    runs: dict[str, Any] = {}
    for step in (first, again):
        for path in files:
            try:
                found[Path(path).stem] |= step(path, runs)
            except Exception:  # noqa: BLE001 - the test shows it
                found[Path(path).stem] |= {"state": "raised", "why": traceback.format_exc()[-2000:]}
    Path(out).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
