"""The processes' signs of life: one row each, by the wall clock."""

from __future__ import annotations

import json
from typing import Any

from kalshi_desk.adapters.postgres.connection import Connection

_BEAT = """
insert into desk.heartbeats (process, state, details, observed_at) values (%s, %s, %s, now())
on conflict (process) do update
set state = excluded.state, details = excluded.details, observed_at = excluded.observed_at
where excluded.state <> 'starting' or heartbeats.state <> 'ready'
  or heartbeats.observed_at < now() - interval '5 seconds'
"""


def beat(connection: Connection, process: str, state: str, details: dict[str, Any]) -> None:
    """Write that ``process`` lives now: ``state`` starting, ready or stopping; ``details`` go to JSON.

    A standby, which goes on starting until it takes over, does not speak for the one that is ready.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, (process, state, json.dumps(details)))
    connection.commit()
