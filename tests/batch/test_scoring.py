import json
from contextlib import asynccontextmanager
from decimal import Decimal
from math import log

import pytest

from kalshi_desk.batch import scoring
from kalshi_desk.batch.scorecard import score_estimates
from kalshi_desk.batch.scoring import difference, score
from kalshi_desk.domain.units import Cash, Count, Nanos
from kalshi_desk.errors import Rejected
from kalshi_desk.wire.kalshi_markets import parse_market
from kalshi_desk.wire.kalshi_portfolio import SettlementBody
from tests.batch import forecasts
from tests.batch.test_listing import MARKET


def test_a_score_row_holds_both_scores_of_model_and_mid():
    row = score("T", 5, 1, 0.8, 0.6)
    assert row["brier_model"] == pytest.approx(0.04)
    assert row["brier_mid"] == pytest.approx(0.16)
    assert row["log_model"] == pytest.approx(-log(0.8))


def test_without_a_mid_only_the_model_is_scored():
    row = score("T", 5, 0, 0.8, None)
    assert row["brier_model"] == pytest.approx(0.64)
    assert (row["p_mid"], row["brier_mid"], row["log_mid"]) == (None, None, None)


THEIRS = SettlementBody(
    ticker="T", event_ticker="E", market_result="yes", yes_count_fp=Count(37), yes_total_cost_dollars=Cash(200_000),
    no_count_fp=Count(0), no_total_cost_dollars=Cash(0), revenue=37, settled_time=Nanos(0), fee_cost=Cash(0),
)  # fmt: skip


def test_a_settlement_equal_at_the_venue_has_no_difference():
    assert difference(("T", "yes", Decimal("0.37"), Decimal("0.370000")), THEIRS) == ""


@pytest.mark.parametrize(
    ("booked", "venue_says"),
    [
        (("T", "no", Decimal("0.37"), Decimal(0)), THEIRS),
        (("T", "yes", Decimal("0.38"), Decimal("0.38")), THEIRS),
        (("T", "yes", Decimal("0.37"), Decimal("0.37")), None),
    ],
)
def test_a_difference_names_the_market(booked, venue_says):
    assert difference(booked, venue_says).startswith("T: booked")


class FakeReads:
    """A venue whose markets have settled as given: ticker to result; what it does not know it refuses."""

    def __init__(self, results: dict[str, str]) -> None:
        self.results = results
        self.asked: list[str] = []

    async def market(self, ticker: str):
        self.asked.append(ticker)
        if ticker not in self.results:
            raise Rejected("read market", 404, "not_found")
        settled = {"result": self.results[ticker], "settlement_ts": "2026-11-04T12:00:00Z"}
        body = {**MARKET, "ticker": ticker, **(settled if self.results[ticker] else {})}
        return parse_market(json.dumps({"market": body})).market


@pytest.fixture
def venue_says(paper_desk, monkeypatch):
    """A desk with estimates of three open markets, and the results that the venue gives them."""
    forecasts.open_account(paper_desk)
    for ticker in ("SETTLED", "OPEN", "GONE"):
        forecasts.add_market(paper_desk, ticker)
        forecasts.add_estimate(paper_desk, ticker, days=1, p={"gpt": 0.6, "price": 0.5})
    forecasts.add_market(paper_desk, "UNTOUCHED")
    fake = FakeReads({"SETTLED": "yes", "OPEN": ""})

    @asynccontextmanager
    async def reader(_settings):
        yield fake

    monkeypatch.setattr(scoring.venue, "reader", reader)
    return fake


def results(url):
    return dict(forecasts.rows(url, "select ticker, result from desk.markets where result is not null"))


@pytest.mark.embedded
def test_estimated_markets_are_asked_for_their_result_even_before_their_close(paper_desk, venue_says):
    assert scoring.complete_results(forecasts.run_after(3.6), forecasts.HOUR) == 1
    assert sorted(venue_says.asked) == ["GONE", "OPEN", "SETTLED"]
    assert results(paper_desk) == {"SETTLED": "yes"}
    (settled_at,) = forecasts.rows(paper_desk, "select settled_at from desk.markets where ticker = 'SETTLED'")[0]
    assert settled_at == forecasts.at(3.5)


@pytest.mark.embedded
def test_a_rerun_learns_of_a_correction_and_the_scores_follow(paper_desk, venue_says):
    run_after = forecasts.run_after(3.505)
    scoring.complete_results(run_after, forecasts.HOUR)
    score_estimates(run_after, forecasts.HOUR)
    before = forecasts.rows(paper_desk, "select * from desk.estimate_scores order by forecaster")
    assert scoring.complete_results(run_after, forecasts.HOUR) == 0
    score_estimates(run_after, forecasts.HOUR)
    assert forecasts.rows(paper_desk, "select * from desk.estimate_scores order by forecaster") == before
    venue_says.results["SETTLED"] = "no"
    assert scoring.complete_results(run_after, forecasts.HOUR) == 1
    score_estimates(run_after, forecasts.HOUR)
    assert results(paper_desk) == {"SETTLED": "no"}
    assert {row[0] for row in forecasts.rows(paper_desk, "select outcome from desk.estimate_scores")} == {0}
