"""Airflow's own command line, on this desk's Airflow. ``make airflow DO="dags list"`` runs it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kalshi_desk.embedded import airflow
from kalshi_desk.embedded.exits import exit_code
from kalshi_desk.embedded.place import ROOT, Place
from kalshi_desk.errors import DeskError
from kalshi_desk.settings import load_settings


def main() -> None:
    """Become Airflow's command; raises DeskError where ``make up`` has not configured it yet."""
    place = Place(load_settings())
    given = airflow.environment(place)
    if not Path(given["AIRFLOW_HOME"], "airflow.cfg").exists():
        raise DeskError("there is no Airflow here yet: make up")
    os.chdir(ROOT)
    command = place.program("airflow")
    os.execve(command, [command, *sys.argv[1:]], {**os.environ, **given})  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    sys.exit(exit_code(main))
