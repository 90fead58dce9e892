from contextlib import closing

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.adapters.postgres.selection import read_selection
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Cash, Count, Nanos, seconds
from tests.orders import ACCOUNT, NOW, TICKER, fill, order

pytestmark = pytest.mark.embedded
LATER = Nanos(NOW + seconds(86_000))
LEASE = "insert into desk.leases (account, holder, epoch, expires_at) values (%s, 'x', 1, now() + interval '1 day')"
QUOTES = {
    "crypto": """insert into desk.fair_values
        select 0, n, %s, 'BTC', 0.5, 0, 1, 1, 1, 1, 0, mid - 0.02, mid + 0.02, 'spot', '', at
        from (values (1, %s::numeric, %s::timestamptz), (2, %s, %s)) quote (n, mid, at)""",
    "forecast": """insert into desk.market_snapshots
        select %s, mid - 0.02, 1, mid + 0.02, 1, 0, 0, at, at
        from (values (1, %s::numeric, %s::timestamptz), (2, %s, %s)) quote (n, mid, at)""",
}


def _at(later_s: float):
    return Nanos(NOW + seconds(later_s)).datetime()


async def _filled(database: str, desk: str, fills: int, *, outcome: Outcome = Outcome.YES, **changes) -> None:
    store_epochs(database, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    ledger, made = Ledger(database, ACCOUNT), order(desk=desk, outcome=outcome, count=Count.parse("500"))
    with closing(connect(database, "test")) as db, db:
        db.cursor().execute(LEASE, (ACCOUNT,))
        db.cursor().execute("select desk.ensure_day(%s)", (_at(0).date(),))
        db.cursor().execute(QUOTES[desk], (TICKER, "0.50", _at(-5), "0.47", _at(61)))
    assert await ledger.add_order(made, 1)
    for number in range(fills):
        details = {"is_taker": False, "count": Count.parse("1"), "at": NOW, "occurred_at": NOW} | changes
        await ledger.add_fill(fill(made, f"f{number}", **details))


@pytest.mark.parametrize(("desk", "outcome", "lost"), [
    ("crypto", Outcome.YES, 0.03), ("crypto", Outcome.NO, 0.0), ("forecast", Outcome.YES, 0.03),
])  # fmt: skip
async def test_it_is_what_the_side_bought_fell_by_after_the_fill(database, desk, outcome, lost) -> None:
    await _filled(database, desk, 100, outcome=outcome)
    assert read_selection(database, ACCOUNT, LATER) == pytest.approx({desk: lost})
    assert read_selection(database, "another", LATER) == {}


@pytest.mark.parametrize(("fills", "changes", "now_s"), [
    (99, {}, 100), (100, {"is_taker": True}, 100), (100, {"action": "exit"}, 100), (100, {}, 60),
])  # fmt: skip
async def test_too_few_that_tell_are_no_measure(database, fills, changes, now_s) -> None:
    await _filled(database, "crypto", fills, **changes)
    assert read_selection(database, ACCOUNT, Nanos(NOW + seconds(now_s))) == {}
