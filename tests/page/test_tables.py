from decimal import Decimal

import pytest

from kalshi_desk.batch.scorecard import score_estimates
from kalshi_desk.domain.units import Nanos
from kalshi_desk.page.tables import CURVE_POINTS, TableReader
from tests.batch.forecasts import ACCOUNT, HOUR, add_estimate, add_market, at, open_account, run_after
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


def test_the_scorecard_is_read_again_only_when_a_score_is_new(paper_desk):
    open_account(paper_desk)
    add_market(paper_desk, "NO", settled=3.5, result="no")
    add_market(paper_desk, "YES", settled=4.5, result="yes")
    for ticker in ("NO", "YES"):
        add_estimate(paper_desk, ticker, days=1, p={"price": 0.5})
    reader = TableReader(paper_desk, ACCOUNT)
    score_estimates(run_after(3.6), HOUR)
    first = reader.read(Nanos.of(at(4))).scorecard
    assert {line.n for line in first if line.kind == "all"} == {1}
    assert reader.read(Nanos.of(at(4.1))).scorecard is first
    score_estimates(run_after(4.6), HOUR)
    assert {line.n for line in reader.read(Nanos.of(at(5))).scorecard if line.kind == "all"} == {2}
