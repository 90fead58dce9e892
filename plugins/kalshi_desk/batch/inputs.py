"""What a run read or sent when it first ran, kept in ``desk.inputs``: a rerun goes by that and not by what came since.

Rows that a run reads by their time may still be written after it, and others are changed in place. So the first try
that ends well keeps what it read in the transaction in which it writes what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from airflow.sdk.exceptions import AirflowSkipException

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import Run
from kalshi_desk.domain.message import from_wire, to_wire

T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder(enc_hook=to_wire)


def once(run: Run, name: str, kind: type[T] | Any, act: Callable[[], T]) -> T:
    """Return what ``act`` gave when it was first called under this name for the run's instant; call it if it was not.

    ``kind`` is the type of that, from which it is read back.
    Raises AirflowSkipException where retention has dropped it: what follows could not be the same.
    """
    sql, key = queries("inputs"), _key(run, name)
    row = sql.kept(run.connection, **key)
    if row is None:
        body = _encoder.encode(act())
        sql.keep(run.connection, **key, body=body)
    elif row[0] is None:
        raise AirflowSkipException(f"what {name} read for {run.now} is older than RETENTION_DAYS and was dropped")
    else:
        body = bytes(row[0])
    found: T = msgspec.msgpack.decode(body, type=kind, dec_hook=from_wire)
    return found


def forget(run: Run, name: str) -> None:
    """Forget what is kept under a name for the run's instant, so that it is read anew."""
    queries("inputs").forget(run.connection, **_key(run, name))


def _key(run: Run, name: str) -> dict[str, Any]:
    return {"account": run.account, "name": name, "decided_at": run.now.datetime()}
