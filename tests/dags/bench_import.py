"""How long Airflow takes to parse each DAG file: ``python -m tests.dags.bench_import``.

A process for each parse, as the DAG processor forks one, with Airflow itself imported before the clock starts. The
median of five, milliseconds.
"""

import os
import statistics
import subprocess
import sys
import tempfile

from tests.dags.conftest import FILES, ROOT

TIMES = 5
PARSE = """
import logging, sys, time
logging.disable(logging.CRITICAL)
from airflow.dag_processing.dagbag import DagBag
import airflow.sdk
began = time.perf_counter()
bag = DagBag(dag_folder=sys.argv[1])
took = time.perf_counter() - began
assert bag.dags and not bag.import_errors, bag.import_errors
print(took * 1000)
"""


def milliseconds(path: str, environment: dict[str, str]) -> float:
    command = [sys.executable, "-W", "ignore", "-c", PARSE, path]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "AIRFLOW_HOME": home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        environment["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(ROOT / "plugins")
        for file in FILES:
            took = [milliseconds(str(file), environment) for _ in range(TIMES)]
            print(f"{file.stem:24} {statistics.median(took):6.0f} ms  ({min(took):.0f} to {max(took):.0f})")


if __name__ == "__main__":
    main()
