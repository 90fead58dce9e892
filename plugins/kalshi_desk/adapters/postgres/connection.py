"""Connections to Postgres by URL, each with a name and a limit on how long a statement may take."""

from __future__ import annotations

from typing import Any

import psycopg2

Connection = Any  # psycopg2's connection: its stubs do not cover what the wheel brings
STATEMENT_S = 10
CONNECT_S = 5


def connect(url: str, process: str, *, statement_s: float = STATEMENT_S, autocommit: bool = False) -> Connection:
    """Open a connection that shows as ``process`` in pg_stat_activity; raises psycopg2.OperationalError.

    Instants come back in UTC; a statement, a wait for a lock and an idle transaction each end after ``statement_s``.
    """
    limit = round(statement_s * 1000)
    options = (
        f"-c statement_timeout={limit} -c lock_timeout={limit} -c idle_in_transaction_session_timeout={limit}"
        " -c timezone=UTC -c search_path=desk"
    )
    connection = psycopg2.connect(url, application_name=process, connect_timeout=CONNECT_S, options=options)
    connection.autocommit = autocommit
    return connection
