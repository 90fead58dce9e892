"""The signals of one run from rows written by hand, and what a rerun adds to them: nothing."""

import asyncio

import pytest

from kalshi_desk.adapters.kafka.reader import load_compacted
from kalshi_desk.adapters.kafka.topics import REFUSALS, SIGNALS
from kalshi_desk.batch import signals
from kalshi_desk.domain.decisions import Signal
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Price
from kalshi_desk.settings import load_settings
from kalshi_desk.steps.record import columns_of, row_of
from tests.batch.estimated import NOW, RUN_AFTER, WINDOW, at, estimate, execute, listed, open_account, quote, watch
from tests.batch.reruns import everything
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
PUBLISH = signals._publish
CPI, RAIN, WAR = "KXCPI-26DEC-T3", "KXRAIN-26DEC", "KXWAR-26DEC"


@pytest.fixture
def told(paper_desk, monkeypatch):
    """What the runs of a desk with one watched market have published, in order."""
    open_account(paper_desk)
    watch(paper_desk, listed(CPI))
    found = []

    async def publish(_settings, answers):
        found.extend(answers)

    monkeypatch.setattr(signals, "_publish", publish)
    return found


def run() -> tuple[int, int]:
    return tuple(signals.tell_signals(RUN_AFTER, WINDOW))


def record(database, answers):
    """Write published answers to their tables, as the recorder does."""
    for offset, answer in enumerate(answers):
        table, values = row_of(answer, 0, offset)
        names, places = ", ".join(columns_of(table)), ", ".join(["%s"] * len(values))
        execute(database, f"insert into {table} ({names}) values ({places})", *map(plain, values))


def plain(value):
    return value if value is None or isinstance(value, (bool, float)) else str(value)


def test_an_estimate_far_from_the_price_is_a_signal(told, database):
    name = estimate(database, CPI, 0.70)
    assert run() == (1, 0)
    (signal,) = told
    assert (signal.ticker, signal.outcome, signal.style) == (CPI, Outcome.YES, "make")
    assert (signal.price, signal.at, signal.seen) == (Price.parse("0.49"), NOW, name)
    assert signal.account == ACCOUNT


def test_every_estimated_market_without_a_signal_says_why(told, database):
    estimate(database, CPI, 0.50)
    assert run() == (0, 1)
    assert [(each.stage, each.reason, each.threshold) for each in told] == [("edge", "no_edge", "0.0500")]


def test_only_what_was_known_counts(told, database):
    estimate(database, CPI, 0.90, minutes=5)
    old = estimate(database, CPI, 0.50, minutes=-60)
    estimate(database, CPI, 0.90, minutes=-1_441)
    quote(database, CPI, bid="0.10", ask="0.12", minutes=1)
    assert run() == (0, 1)
    assert told[0].seen == old


def test_the_latest_estimate_and_quote_count(told, database):
    estimate(database, CPI, 0.50, minutes=-60)
    name = estimate(database, CPI, 0.75, minutes=-1)
    quote(database, CPI, bid="0.60", ask="0.64", minutes=-1)
    run()
    assert (told[0].seen, told[0].price) == (name, Price.parse("0.61"))


def test_a_market_off_the_watch_list_is_not_judged(told, database):
    watch(database, listed(RAIN), ranked=False)
    estimate(database, RAIN, 0.9)
    assert run() == (0, 0)


def test_an_old_quote_or_a_closed_market_is_refused(told, database):
    watch(database, listed(RAIN, close_time=NOW))
    watch(database, listed(WAR), minutes=-31)
    for ticker in (RAIN, WAR):
        estimate(database, ticker, 0.9)
    assert run() == (0, 2)
    assert {each.ticker: (each.stage, each.reason) for each in told} == {
        RAIN: ("price", "market_not_open"),
        WAR: ("price", "stale_quote"),
    }


def test_a_rerun_sends_nothing_and_changes_no_row_whatever_was_written_since(told, database):
    watch(database, listed(RAIN))
    estimate(database, CPI, 0.70)
    estimate(database, RAIN, 0.50)
    assert run() == (1, 1)
    estimate(database, RAIN, 0.90, minutes=-0.5)
    quote(database, CPI, bid="0.68", ask="0.70", minutes=-0.5)
    execute(
        database, "update markets set status = 'closed', definition = jsonb_set(definition, '{status}', '\"closed\"')"
    )
    before = everything(database)
    assert run() == (1, 1)
    assert len(told) == 2
    assert everything(database) == before


def test_what_was_sent_in_part_is_sent_to_the_end_as_it_was_decided(told, database, monkeypatch):
    watch(database, listed(RAIN))
    estimate(database, CPI, 0.70)
    estimate(database, RAIN, 0.50)

    async def half(_settings, answers):
        told.append(answers[0])
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(signals, "_publish", half)
        with pytest.raises(ConnectionError):
            run()
    record(database, told)
    estimate(database, RAIN, 0.90, minutes=-0.5)
    assert run() == (1, 1)
    assert [(each.ticker, isinstance(each, Signal)) for each in told] == [(CPI, True), (RAIN, False)]


def test_a_failed_critical_check_stops_all_signals(told, database):
    estimate(database, CPI, 0.70)
    execute(
        database,
        "insert into quality_checks values (%s, 'estimates', 'p_in_range', true, false, '{}', %s, %s)",
        ACCOUNT, at(-10), at(-10),
    )  # fmt: skip
    assert run() == (0, 1)
    assert (told[0].stage, told[0].reason, told[0].value) == ("quality", "quality_failed", "estimates: p_in_range")


def test_a_strategy_that_is_off_says_so(told, database, monkeypatch):
    monkeypatch.setenv("STRATEGIES", "crypto_fair_value")
    estimate(database, CPI, 0.70)
    assert run() == (0, 1)
    assert told[0].reason == "strategy_off"


def held(database, ticker, side):
    execute(
        database,
        """insert into fills (account, fill_id, venue_order_id, ticker, owner, outcome, action, book_side,
            price_dollars, count_contracts, is_taker, fee_dollars, occurred_at, observed_at)
            values (%s, %s, 'v1', %s, 'desk', 'yes', 'enter', %s, 0.5, 2, false, 0, %s, %s)""",
        ACCOUNT, f"f-{ticker}", ticker, side, at(-3), at(-3),
    )  # fmt: skip


@pytest.mark.parametrize(("side", "reasons"), [("bid", ["too_correlated"]), ("ask", [])])
def test_what_is_too_much_like_a_holding_is_refused_unless_it_hedges(told, database, side, reasons):
    sister = "KXCPI-26DEC-T2"
    watch(database, listed(sister), ranked=False)
    held(database, sister, side)
    estimate(database, CPI, 0.70)
    run()
    assert [each.reason for each in told if not isinstance(each, Signal)] == reasons
    if reasons:
        assert (told[0].stage, told[0].threshold) == ("correlation", "0.70")
        assert told[0].value.startswith(f"{sister} 0.8")


def test_a_stored_correlation_wins_over_the_titles(told, database):
    sister = "KXCPI-26DEC-T2"
    watch(database, listed(sister), ranked=False)
    held(database, sister, "bid")
    estimate(database, CPI, 0.70)
    execute(database, "insert into correlations values (%s, %s, 0.3, %s)", sister, CPI, at(-60))
    assert run() == (1, 0)


def test_signals_and_refusals_reach_their_topics(broker, told, database):
    watch(database, listed(RAIN))
    estimate(database, CPI, 0.70)
    estimate(database, RAIN, 0.50)
    run()
    settings = load_settings(_env_file=None, kafka_bootstrap=broker.bootstrap)
    asyncio.run(PUBLISH(settings, told))
    asyncio.run(PUBLISH(settings, []))
    for topic, key, sent in ((SIGNALS, ACCOUNT, told[0]), (REFUSALS, RAIN, told[1])):
        latest = asyncio.run(load_compacted(broker, topic.name, topic.partitions))
        assert topic.decoder()(latest[key.encode()]) == sent
