from decimal import Decimal

import pytest

from kalshi_desk.page.tables import CURVE_POINTS, TableReader
from tests.page import sample

pytestmark = pytest.mark.embedded


def test_an_empty_database_is_read_as_nothing_known(database):
    tables = TableReader(database, "sim:nothing:1").read(sample.NOW)
    assert (tables.account, tables.equity, tables.orders, tables.curve) == (None, None, [], [])
    assert (tables.why.funnel.seen, tables.settled["markets"]) == (0, 0)


def test_everything_of_the_last_hour(database):
    sample.seed(database)
    tables = TableReader(database, sample.ACCOUNT).read(sample.NOW)
    assert {row["process"] for row in tables.heartbeats} >= {"recorder", "portfolio"}
    funnel = tables.why.funnel
    refused = {stage: sum(r.count for r in tables.why.refusals if r.stage == stage) for stage in ("price", "edge")}
    assert (funnel.allowed, funnel.sent, funnel.filled) == (4, 4, 3)
    assert funnel.seen - funnel.priced == refused["price"]
    assert funnel.priced - funnel.edge == refused["edge"]
    assert tables.settled == {"markets": 2, "pnl": Decimal("-0.340000")}
    assert [(row["reason"], row["count"]) for row in tables.refused] == [
        ("min_edge", 3248), ("index_stale", 164), ("too_small", 68),
    ]  # fmt: skip
    assert tables.entries == {"crypto": 3}  # the one withdrawn unfilled no longer counts
    assert tables.markets[sample.BTC15] == sample.MARKETS[0]
    assert tables.dead_letters["count"] == 1
    assert [row["subject"] for row in tables.alerts] == ["a fill differs from the venue"]
    assert len(tables.fills) == 3
    assert sample.BTC15 in {row["ticker"] for row in tables.exposures}


def test_the_curve_is_thinned_and_ordered(database):
    sample.seed(database)
    curve = TableReader(database, sample.ACCOUNT).read(sample.NOW).curve
    assert 400 < len(curve) <= CURVE_POINTS + 2
    assert curve == sorted(curve, key=lambda row: row["observed_at"])
