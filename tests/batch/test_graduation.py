"""The ladder on real tables and a real topic."""

import asyncio

import pytest

from kalshi_desk.adapters.kafka.reader import load_compacted
from kalshi_desk.adapters.kafka.topics import CONTROL
from kalshi_desk.batch.desk import run_of
from kalshi_desk.batch.graduation import demote, judged, promotable, promote, read_record
from kalshi_desk.batch.scorecard import score_estimates
from tests.batch import forecasts
from tests.batch.forecasts import DAY, HOUR, add_estimate, add_market, at, execute, open_account, run_after
from tests.batch.reruns import everything, records
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
KEY = "rung:forecast_edge:Climate"


@pytest.fixture
def desk(paper_desk, broker, monkeypatch):
    """Sixty markets of the first 15 days, all YES: our 0.6 was always nearer than the price's 0.5."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP", broker.bootstrap)
    open_account(paper_desk)
    for n in range(60):
        add_market(paper_desk, f"M{n}", settled=n / 4 + 0.2, result="yes")
        add_estimate(paper_desk, f"M{n}", days=n / 4, p={"gpt": 0.7, "price": 0.5, "blended": 0.6 + n / 1_000})
    score_estimates(run_after(16), HOUR)
    return paper_desk


def stored(url):
    return forecasts.rows(
        url, "select strategy, category, rung, changed_at, changed_by from desk.rungs order by changed_at"
    )


def told(broker):
    latest = asyncio.run(load_compacted(broker, CONTROL.name, 1))
    return CONTROL.decoder()(latest[KEY.encode()])


def answer(days: float, choice: str = "Approve") -> dict:
    return {
        "chosen_options": [choice], "params_input": {}, "responded_at": at(days).isoformat(),
        "responded_by_user": {"id": "1", "name": "owner"},
    }  # fmt: skip


def spoil(url):
    """Forty later markets at which our 0.9 was wrong and the price's 0.5 less so."""
    for n in range(100, 140):
        add_market(url, f"M{n}", settled=18, result="no")
        add_estimate(url, f"M{n}", days=17, p={"gpt": 0.9, "price": 0.5, "blended": 0.9})
    score_estimates(run_after(19), HOUR)


def test_a_proven_record_asks_a_person_and_changes_nothing_by_itself(desk):
    (found,) = promotable(run_after(16), DAY)
    assert found["subject"] == f"{ACCOUNT}: forecast_edge in Climate from paper to small?"
    assert "16.0 days, 60 settled forecasts" in found["body"]
    assert stored(desk) == []


def test_too_short_a_record_asks_nobody(desk):
    assert promotable(run_after(13), DAY) == []


def test_an_approved_rise_is_written_and_told_at_the_time_of_the_answer(desk, broker):
    wish = promotable(run_after(16), DAY)[0]["wish"]
    assert promote(run_after(16), DAY, wish, answer(16.5))
    assert stored(desk) == [("forecast_edge", "Climate", "small", at(16.5), "airflow:owner")]
    assert (told(broker).rung, told(broker).at.datetime()) == ("small", at(16.5))
    assert promotable(run_after(17), DAY) == []
    assert promote(run_after(16), DAY, wish, answer(16.5))
    assert len(stored(desk)) == 1


def test_a_rejected_rise_is_none(desk):
    wish = promotable(run_after(16), DAY)[0]["wish"]
    assert not promote(run_after(16), DAY, wish, answer(16.5, "Reject"))
    assert stored(desk) == []


def test_a_record_that_no_longer_proves_anything_falls_at_once(desk, broker):
    wish = promotable(run_after(16), DAY)[0]["wish"]
    promote(run_after(16), DAY, wish, answer(16.5))
    assert demote(run_after(17), DAY) == []
    spoil(desk)
    assert demote(run_after(19), DAY) == ["forecast_edge:Climate"]
    assert stored(desk)[-1] == ("forecast_edge", "Climate", "paper", at(19), "record")
    assert told(broker).rung == "paper"


def test_a_rerun_changes_no_row_and_tells_nothing_old(desk, broker):
    wish = promotable(run_after(16), DAY)[0]["wish"]
    promote(run_after(16), DAY, wish, answer(16.5))
    spoil(desk)
    demote(run_after(19), DAY)
    before, sent = everything(desk), records(broker)
    assert demote(run_after(19), DAY) == ["forecast_edge:Climate"]
    assert promote(run_after(16), DAY, wish, answer(16.5)) is False
    assert (everything(desk), records(broker)) == (before, sent)


def test_a_rerun_judges_by_the_record_that_it_saw_first(desk, broker):
    wish = promotable(run_after(16), DAY)[0]["wish"]
    promote(run_after(16), DAY, wish, answer(16.5))
    assert demote(run_after(19), DAY) == []
    spoil(desk)
    before, sent = everything(desk), records(broker)
    assert demote(run_after(19), DAY) == []
    assert promotable(run_after(16), DAY)[0]["wish"] == wish
    assert (everything(desk), records(broker)) == (before, sent)


def test_an_approval_that_comes_after_a_change_is_void(desk):
    wish = promotable(run_after(16), DAY)[0]["wish"]
    execute(
        desk,
        "insert into desk.rungs values (%s, 'forecast_edge', 'climate', 'full', %s, 'airflow:other', 'by hand')",
        (ACCOUNT, at(16.2)),
    )
    assert not promote(run_after(16), DAY, wish, answer(16.5))
    assert len(stored(desk)) == 1


def test_the_crypto_strategy_is_judged_by_what_its_trades_earned_or_else_by_its_prices(desk):
    score = "insert into desk.scores values (%s, %s, 5, 1, 0.8, 0.6, 0.04, 0.16, 0.2, 0.5, %s)"
    execute(desk, score, (ACCOUNT, "M1", at(15)))
    assert crypto(desk) == ("1.0 days, 1 settled trades, mean gain +0.1200 without an interval",)
    for n, owner in ((2, "desk"), (3, "desk"), (4, "manual")):
        trade(desk, f"M{n}", owner)
    assert crypto(desk)[0].startswith("15.5 days, 2 settled trades, mean gain +1.0000")


def crypto(url):
    with run_of(run_after(16), DAY) as run:
        return tuple(
            one.verdict.reason for one in judged(read_record(run), now=run.now) if one.strategy == "crypto_fair_value"
        )


def trade(url, ticker, owner):
    """Add a fill of the crypto strategy half a day in, and the dollar that it earned."""
    execute(
        url,
        """insert into desk.fills (account, fill_id, venue_order_id, ticker, owner, strategy, outcome, action,
               book_side, price_dollars, count_contracts, is_taker, fee_dollars, occurred_at, observed_at)
           values (%s, %s, 'v', %s, %s, 'crypto_fair_value', 'yes', 'enter', 'bid', 0.5, 1, true, 0.01, %s, %s)""",
        (ACCOUNT, ticker, ticker, owner, at(0.5), at(0.5)),
    )
    execute(
        url,
        """insert into desk.settlements (account, ticker, result, value_dollars, count_contracts, cost_dollars,
               fees_dollars, revenue_dollars, pnl_dollars, occurred_at, observed_at)
           values (%s, %s, 'yes', 1, 2, 1, 0, 2, 1, %s, %s)""",
        (ACCOUNT, ticker, at(1), at(1)),
    )
