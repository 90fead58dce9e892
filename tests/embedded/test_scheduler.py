import os
import subprocess
import sys
import time

import psutil
import pytest

from kalshi_desk.embedded.place import MARKER
from kalshi_desk.embedded.scheduler import TITLE, leftovers

pytestmark = pytest.mark.embedded


@pytest.fixture
def worker():
    """Start processes that call themselves Airflow's workers of a desk."""
    started = []

    def start(home, title=f"{TITLE} -- LocalExecutor: <idle>"):
        command = f"import setproctitle, time; setproctitle.setproctitle({title!r}); time.sleep(600)"
        environment = os.environ | {MARKER: str(home), "SPT_NOENV": "1"}
        process = subprocess.Popen([sys.executable, "-c", command], env=environment)
        started.append(process)
        until = time.monotonic() + 20
        while psutil.Process(process.pid).cmdline()[:1] != [title]:
            assert time.monotonic() < until
            time.sleep(0.01)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_workers_of_a_killed_scheduler_end_before_the_next_one_begins(worker, tmp_path):
    idle, other, own = worker(tmp_path), worker(tmp_path / "other"), worker(tmp_path, title="airflow triggerer")
    assert [process.pid for process in leftovers(str(tmp_path))] == [idle.pid]
    command = [sys.executable, "-m", "kalshi_desk.embedded.scheduler", sys.executable, "-c", "print('scheduling')"]
    done = subprocess.run(
        command, env=os.environ | {MARKER: str(tmp_path)}, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "scheduling\n"
    assert idle.wait(10) == -9
    assert (other.poll(), own.poll()) == (None, None)
