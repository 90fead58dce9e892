from contextlib import closing

import pytest

from kalshi_desk.adapters.postgres.attribution import read_parts, read_points, store_parts
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.domain.attribution import total
from kalshi_desk.domain.ledger import Settlement
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from tests.orders import ACCOUNT, NOW, TICKER, fill, order

pytestmark = pytest.mark.embedded
LATER = Nanos(NOW + 60_000_000_000)
MARKS = """
select ensure_day(%(day)s);
insert into markets (ticker, event_ticker, series_ticker, title, category, status, open_at, close_at, definition,
    first_observed_at, observed_at)
select t, 'E', 'S', 't', c, 'active', %(day)s, %(day)s, '{}', %(day)s, %(day)s
from (values ('OPEN', 'Politics'), (%(ticker)s, 'Crypto')) as given (t, c);
insert into marks values (0, 1, %(account)s, 'OPEN', 5, 2, 1.9, 1.75, 0.5, %(at)s),
    (0, 2, %(account)s, 'OPEN', 4, 1.6, 1.9, 9, 0.5, %(at)s);
"""


@pytest.fixture
async def db(database):
    """A settled NO of one strategy and an open YES of another, valued at less than its cost."""
    store_epochs(database, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    ledger = Ledger(database, ACCOUNT)
    await ledger.add_fill(fill(order(ticker="OPEN", strategy="forecast_edge")))
    await ledger.add_fill(fill(order(outcome=Outcome.NO), "f2", price=Price.parse("0.40")))
    await ledger.add_settlement(
        Settlement(
            at=NOW, occurred_at=NOW, account=ACCOUNT, ticker=TICKER, result="no", value=Price(0), count=Count(-500),
            cost=Cash.parse("3"), fees=Cash.parse("0.084"), revenue=Cash.parse("5"), pnl=Cash.parse("1.916"),
        )
    )  # fmt: skip
    with closing(connect(database, "test")) as connection:
        with connection, connection.cursor() as cursor:
            told = {"day": "2026-11-21", "ticker": TICKER, "account": ACCOUNT, "at": NOW.datetime()}
            cursor.execute(MARKS, told)
        yield connection


def figures(parts):
    return {(p.strategy, p.category): (str(p.realized), str(p.unrealized), str(p.fees)) for p in parts}


async def test_every_fill_is_its_strategys_and_its_categorys(db):
    parts = read_parts(db, account=ACCOUNT, at=LATER)
    assert figures(parts) == {
        ("crypto_fair_value", "Crypto"): ("2.000000", "0.000000", "0.084000"),
        ("forecast_edge", "Politics"): ("0.000000", "-0.250000", "0.084000"),
    }
    assert total(parts).net == Cash.parse("1.582")
    assert read_parts(db, account=ACCOUNT, at=Nanos(NOW - 1_000)) == []


async def test_a_point_once_kept_stands(db):
    parts = read_parts(db, account=ACCOUNT, at=LATER)
    store_parts(db, parts, account=ACCOUNT, at=LATER)
    store_parts(db, [total(parts, strategy=parts[0].strategy, category="Crypto")], account=ACCOUNT, at=LATER)
    points = read_points(db, account=ACCOUNT, since=NOW, at=LATER)
    assert points == [(LATER, part) for part in parts]
    assert read_points(db, account=ACCOUNT, since=LATER, at=LATER) == []
