"""What the tables tell of a session is what its messages tell."""

from contextlib import closing

import msgspec
import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.copy import copy_rows
from kalshi_desk.adapters.postgres.lease import Lease
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.adapters.postgres.why import known, read_why
from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.funnel import explained
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.steps.record import columns_of, row_of
from tests.domain.test_funnel import refusal, steps
from tests.steps.desk import (
    ACCOUNT,
    CPI,
    T0,
    TICKER,
    ask,
    exit_signal,
    fill,
    later,
    order_event,
    position,
    ready,
    signal,
)

pytestmark = pytest.mark.embedded
EVER, STOPS = Nanos(T0 - 1), ("price", "edge", "size", "gate", "exit", "door")


def session():
    """Entries of all fates, an exit, and refusals of every stage, in two markets."""
    first = ask(ready())
    fates = {name: msgspec.structs.replace(first, client_order_id=name, decision_id=name) for name in "abcd"}
    leave = ask(ready(position()), exit_signal())
    unsent = msgspec.structs.replace(order_event(fates["b"], "canceled"), reason="not sent: halt", venue_order_id=None)
    return [
        *(refusal(stage, count=2, also=("x 1 against 0",)) for stage in STOPS),
        refusal("edge", count=5, value="9", at=later(1)),
        refusal("price", ticker=CPI),
        *(signal(decision_id=name) for name in "abcd"), exit_signal(), *fates.values(), leave,
        *(order_event(fates[name], "sent") for name in "ac"), fill(fates["a"], fates["a"].count),
        unsent, order_event(fates["c"], "rejected"),
    ]  # fmt: skip


async def store(database, messages):
    store_epochs(database, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    lease, ledger = Lease(database, ACCOUNT, "me"), Ledger(database, ACCOUNT)
    assert lease.take()
    with closing(connect(database, "test")) as db, db:
        with db.cursor() as cursor:
            cursor.execute("select desk.ensure_day('2026-05-13')")
        for offset, message in enumerate(messages):
            if isinstance(message, (Refusal, Signal)):
                table, values = row_of(message, 0, offset)
                copy_rows(db, table, columns_of(table), [values])
    for message in messages:
        if isinstance(message, Order):
            await ledger.add_order(message, lease.epoch or 0)
        elif isinstance(message, Fill):
            await ledger.add_fill(message)
        elif isinstance(message, OrderEvent):
            await ledger.add_event(message)


async def test_tables_and_messages_agree(database):
    messages = session()
    await store(database, messages)
    with closing(connect(database, "test")) as db, db:
        for ticker in (TICKER, CPI):
            found = read_why(db, account=ACCOUNT, ticker=ticker, since=EVER)
            assert found == explained(messages)[ticker]
        assert steps(read_why(db, account=ACCOUNT, ticker=TICKER, since=EVER).funnel) == [17, 15, 8, 6, 4, 2, 1]
        whole = read_why(db, account=ACCOUNT, ticker=None, since=EVER)
    assert (whole.ticker, whole.funnel.seen, whole.funnel.working) == (None, 18, 1)


async def test_only_what_came_later_counts(database):
    await store(database, session())
    with closing(connect(database, "test")) as db, db:
        found = read_why(db, account=ACCOUNT, ticker=TICKER, since=later(1))
        assert (found.funnel.seen, found.funnel.allowed, found.unfilled) == (5, 0, ())
        assert read_why(db, account="another", ticker=TICKER, since=EVER).funnel.allowed == 0


async def test_a_market_never_heard_of_is_unknown(database):
    await store(database, session())
    with closing(connect(database, "test")) as db, db:
        assert known(db, TICKER)
        assert not known(db, "KXNOPE")
        assert read_why(db, account=ACCOUNT, ticker="KXNOPE", since=EVER).refusals == ()
