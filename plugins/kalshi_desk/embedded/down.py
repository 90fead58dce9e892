"""Stop the whole desk and leave no process of it; with WIPE its state is deleted too. ``make down`` runs it."""

from __future__ import annotations

import shutil
import sys

from kalshi_desk.embedded import parts, strays
from kalshi_desk.embedded.exits import exit_code
from kalshi_desk.embedded.place import Place
from kalshi_desk.embedded.supervisor import Supervisor
from kalshi_desk.embedded.up import alone
from kalshi_desk.errors import DeskError, SettingsError
from kalshi_desk.settings import load_settings


def stop(place: Place) -> None:
    """Stop apps before what they stand on, end the supervisor, sweep; raises DeskError for what survives."""
    supervisor = Supervisor(place)
    if supervisor.running():
        ground = [part.name for part in parts.ground(place)]
        supervisor.stop_programs(name for name in supervisor.states() if name not in ground)
        supervisor.stop_programs(reversed(ground))
        supervisor.shut_down()
    strays.sweep(place)
    if alive := strays.left(place):
        raise DeskError(f"still alive: {', '.join(f'{process.name()} ({process.pid})' for process in alive)}")


def wipe(place: Place) -> None:
    """Delete the state folder; raises SettingsError where the folder is no desk's."""
    if place.home.exists() and not (place.home / "supervisord.conf").exists():
        raise SettingsError([f"DESK_HOME: {place.home} is not a desk's state folder; delete it yourself"])
    shutil.rmtree(place.home, ignore_errors=True)


def main() -> None:
    """Stop the desk of this repository."""
    place = Place(load_settings())
    with alone(place):
        stop(place)
        print("the desk is down")
        if "--wipe" in sys.argv:
            wipe(place)
            print(f"{place.home} is deleted")


if __name__ == "__main__":
    sys.exit(exit_code(main))
