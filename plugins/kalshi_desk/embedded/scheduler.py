"""Become Airflow's scheduler, once no worker of a killed one is left over.

The workers that a scheduler forks share its connections to the database. When it is killed they live on, idle, and so
do its open transactions, whose locks would keep the next scheduler waiting for as long as they live. What one of them
was at work on is begun again once Airflow finds that nobody beats for it. Run as ``scheduler COMMAND ...``.
"""

from __future__ import annotations

import os
import sys

import psutil

from kalshi_desk.embedded.place import MARKER

TITLE = "airflow worker"


def leftovers(home: str) -> list[psutil.Process]:
    """Return the workers of the desk at ``home``: before its scheduler runs, they are those of a killed one."""
    return [process for process in psutil.process_iter() if _works_for(process, home)]


def _works_for(process: psutil.Process, home: str) -> bool:
    try:
        return process.cmdline()[0].startswith(TITLE) and process.environ().get(MARKER) == home
    except (psutil.Error, OSError, IndexError):
        return False


def main(*command: str) -> None:
    """End the leftovers and turn into the scheduler."""
    left = leftovers(os.environ[MARKER])
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=10)
    os.execv(command[0], command)  # noqa: S606 - the scheduler takes this process's place


if __name__ == "__main__":
    main(*sys.argv[1:])
