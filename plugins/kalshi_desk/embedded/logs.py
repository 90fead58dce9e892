"""The last lines of every part's log, and what comes. ``make logs`` runs it."""

from __future__ import annotations

import os
import sys

from kalshi_desk.embedded.exits import exit_code
from kalshi_desk.embedded.place import Place
from kalshi_desk.errors import DeskError
from kalshi_desk.settings import load_settings


def command(place: Place) -> list[str]:
    """Return what follows the logs; raises DeskError where there are none."""
    files = sorted(map(str, place.logs.glob("*.log")))
    if not files:
        raise DeskError(f"no logs in {place.logs}: make up")
    return ["tail", "-n", "20", "-F", *files]


def main() -> None:
    """Become tail."""
    tail = command(Place(load_settings()))
    os.execvp(tail[0], tail)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    sys.exit(exit_code(main))
