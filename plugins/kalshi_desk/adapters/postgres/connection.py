"""Connections to Postgres by URL, each with a name and a limit on how long a statement may take."""

from __future__ import annotations

from typing import Any

import psycopg2

Connection = Any  # psycopg2's connection: its stubs do not cover what the wheel brings
STATEMENT_S = 10
CONNECT_S = 5
KEEPALIVE: dict[str, Any] = {"keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}


def connect(url: str, process: str, *, statement_s: float = STATEMENT_S, autocommit: bool = False) -> Connection:
    """Open a connection that shows as ``process`` in pg_stat_activity; raises psycopg2.OperationalError.

    Instants come back in UTC; a statement, a wait for a lock and an idle transaction each end after ``statement_s``,
    and so does a question that the server's machine does not even acknowledge.
    """
    limit = round(statement_s * 1000)
    options = (
        f"-c statement_timeout={limit} -c lock_timeout={limit} -c idle_in_transaction_session_timeout={limit}"
        " -c timezone=UTC -c search_path=desk"
    )
    connection = psycopg2.connect(
        url, application_name=process, connect_timeout=CONNECT_S, options=options, tcp_user_timeout=limit, **KEEPALIVE
    )
    connection.autocommit = autocommit
    return connection
