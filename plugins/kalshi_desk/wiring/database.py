"""What a command says when the database does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from kalshi_desk.errors import DeskError


@contextmanager
def database_or_fault() -> Iterator[None]:
    """Turn a database that is away into a DeskError that says what mends it."""
    try:
        yield
    except psycopg2.OperationalError as fault:
        raise DeskError(f"no database: {' '.join(str(fault).split())}; make up") from None
