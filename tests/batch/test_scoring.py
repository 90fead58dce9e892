import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from math import log

import pytest

from kalshi_desk.batch import scoring
from kalshi_desk.batch.scorecard import score_estimates
from kalshi_desk.batch.scoring import difference, score
from kalshi_desk.domain.units import Cash, Count, Nanos
from kalshi_desk.wire.kalshi_markets import parse_market
from kalshi_desk.wire.kalshi_portfolio import SettlementBody
from tests.batch import forecasts
from tests.batch.alerts import alerts
from tests.batch.reruns import everything, records
from tests.batch.test_listing import MARKET
from tests.orders import ACCOUNT


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
    """A venue whose markets have settled as given: ticker to result; what it does not know it leaves out."""

    def __init__(self, results: dict[str, str]) -> None:
        self.results = results
        self.asked: list[str] = []

    async def markets(self, query):
        tickers = query["tickers"].split(",")
        self.asked += tickers
        return [self._market(ticker) for ticker in tickers if ticker in self.results]

    def _market(self, ticker: str):
        settled = {"result": self.results[ticker], "settlement_ts": "2026-11-04T12:00:00Z"}
        body = {**MARKET, "ticker": ticker, **(settled if self.results[ticker] else {})}
        return parse_market(json.dumps({"market": body})).market


@pytest.fixture
def venue_says(paper_desk, broker, monkeypatch):
    """A desk with estimates of three open markets, and the results that the venue gives them."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP", broker.bootstrap)
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


def whole_run(run_after):
    counts = scoring.complete_results(run_after, forecasts.HOUR), scoring.score_markets(run_after, forecasts.HOUR)
    return *counts, score_estimates(run_after, forecasts.HOUR)


@pytest.mark.embedded
def test_a_rerun_changes_no_row_whatever_settled_since(paper_desk, venue_says, broker):
    run_after = forecasts.run_after(3.505)
    assert whole_run(run_after) == (1, 0, 1)
    venue_says.results["OPEN"] = "no"
    price(paper_desk, "OPEN")
    whole_run(run_after + forecasts.HOUR)
    before, sent = everything(paper_desk), records(broker)
    assert whole_run(run_after) == (1, 0, 1)
    assert (everything(paper_desk), records(broker)) == (before, sent)


def booked_and_verified(url, ticker):
    forecasts.execute(
        url,
        """insert into desk.settlements (account, ticker, result, value_dollars, count_contracts, cost_dollars,
               fees_dollars, revenue_dollars, pnl_dollars, verified, occurred_at, observed_at)
           values (%s, %s, 'yes', 1, 2, 1, 0, 2, 1, true, %s, %s)""",
        (ACCOUNT, ticker, forecasts.at(3.5), forecasts.at(3.5)),
    )


@pytest.mark.embedded
@pytest.mark.parametrize("later", [0, 1])
async def test_a_run_and_a_rerun_learn_of_a_correction_and_the_scores_follow(paper_desk, venue_says, broker, later):
    run_after = forecasts.run_after(3.505)
    await asyncio.to_thread(whole_run, run_after)
    booked_and_verified(paper_desk, "SETTLED")
    known = len(await alerts(broker))
    venue_says.results["SETTLED"] = "no"
    again = run_after + later * forecasts.HOUR
    await asyncio.to_thread(whole_run, again)
    assert results(paper_desk) == {"SETTLED": "no"}
    assert {row[0] for row in forecasts.rows(paper_desk, "select outcome from desk.estimate_scores")} == {0}
    (told,) = (await alerts(broker))[known:]
    assert (told.severity, told.subject) == ("warning", "a settlement was corrected: SETTLED")
    assert forecasts.rows(paper_desk, "select verified from desk.settlements") == [(False,)]
    recorded = forecasts.rows(paper_desk, "select ticker, was, became, observed_at from desk.corrections")
    assert recorded == [("SETTLED", "yes", "no", again - forecasts.LAG)]
    before = everything(paper_desk)
    await asyncio.to_thread(whole_run, again)
    await asyncio.to_thread(whole_run, run_after)
    assert everything(paper_desk) == before


@pytest.mark.embedded
def test_a_market_whose_result_came_late_is_scored_once_by_a_later_run(paper_desk, venue_says):
    run_after = forecasts.run_after(3.505)
    whole_run(run_after)
    price(paper_desk, "SETTLED")
    assert [whole_run(run_after + hours * forecasts.HOUR)[1] for hours in (3, 4)] == [1, 0]
    (row,) = forecasts.rows(paper_desk, "select minutes_to_close, outcome, observed_at from desk.scores")
    assert row == (5, 1, run_after + 3 * forecasts.HOUR - forecasts.LAG)


def price(url, ticker):
    """Close a market when it settled, with one fair value five minutes before."""
    close = forecasts.at(3.5)
    forecasts.execute(url, "update desk.markets set close_at = %s where ticker = %s", (close, ticker))
    forecasts.execute(url, "select desk.ensure_day(%s)", (close.date(),))
    forecasts.execute(
        url,
        """insert into desk.fair_values values (0, %s, %s, 'BTC', 0.6, 0.01, 9, 9, 0.5, 60, 0, 0.4, 0.44, 'index', '1',
               %s)""",
        (len(ticker), ticker, close - timedelta(minutes=5, seconds=1)),
    )
