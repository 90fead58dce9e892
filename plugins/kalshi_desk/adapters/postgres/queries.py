"""The named queries of ``sql/queries``, one file a subject."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import aiosql

SQL = Path(__file__).resolve().parents[4] / "sql"


@cache
def queries(subject: str) -> Any:
    """Return the queries of ``sql/queries/<subject>.sql`` as functions of a connection and keyword values."""
    return aiosql.from_path(SQL / "queries" / f"{subject}.sql", "psycopg2", mandatory_parameters=False)
