"""Which markets of the watch list need an estimate, on real tables and a real broker."""

from contextlib import closing

import pytest
from aiokafka import AIOKafkaProducer

from kalshi_desk.adapters.kafka.topics import ESTIMATE_REQUESTS
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.batch.candidates import candidates, gather, requests, rules_text
from kalshi_desk.batch.desk import Run
from kalshi_desk.domain.asked import BaseRate, EconomicValue, Milestone
from kalshi_desk.domain.control import EstimateRequest
from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Nanos, Price
from kalshi_desk.settings import load_settings
from kalshi_desk.steps.estimate import Candidate, LeftOut, Look, rules_hash
from kalshi_desk.steps.window import Window
from tests.batch.estimated import NOW, at, estimate, execute, listed, open_account, quote, watch
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
RAIN = "KXRAINNYC-26DEC01"


@pytest.fixture
def run(paper_desk, broker):
    open_account(paper_desk)
    settings = load_settings(_env_file=None, kafka_bootstrap=broker.bootstrap, database_url=paper_desk)
    with closing(connect(paper_desk, "test", autocommit=True)) as db:
        yield Run(settings, db, ACCOUNT, NOW, Window(NOW, NOW))


def rain(**changes):
    return listed(RAIN, rules_primary="If it rains.", rules_secondary="In New York.", **changes)


def look(database: str, minutes: float, p: float | None = 0.5) -> None:
    execute(
        database,
        """insert into forecaster_calls values (%s, %s, 'e', %s, 'screen', 'gpt', 'gpt-5.4-mini', 0, 0, 'h', 'p', 'a',
        %s, null, false, 1, 1, 0, %s, %s)""",
        f"c{minutes}", ACCOUNT, RAIN, p, at(minutes), at(minutes),
    )  # fmt: skip


def article(database: str, number: int, *, minutes: float = -10, kept: bool = True, relevance: float = 0.8) -> None:
    when = at(minutes)
    execute(
        database, "insert into articles values (%s, %s, 'bbc.co.uk', 'u', %s, 'Clouds.', %s, %s, %s, %s)",
        ACCOUNT, f"a{number}", f"Rain {number}", when, when, kept, None if kept else "old",
    )  # fmt: skip
    execute(
        database, "insert into article_markets values (%s, %s, %s, %s, %s)",
        ACCOUNT, f"a{number}", RAIN, relevance, when,
    )  # fmt: skip


def test_a_market_never_looked_at_has_no_last_look(run, database):
    watch(database, rain())
    assert candidates(run) == [
        Candidate(
            ticker=RAIN, rank=1, rules="If it rains.\nIn New York.", bid=Price.parse("0.48"), ask=Price.parse("0.52")
        )
    ]


def milestone(database: str, name: str, due: float, *, minutes: float) -> None:
    """Add a version of a milestone of the rain, due so many minutes after the decision time."""
    execute(
        database, "insert into milestones values (%s, %s, 'publication', %s, %s, '{}', %s)",
        name, f"{name} is told", at(due), f'["{rain().event_ticker}", "OTHER"]', at(minutes),
    )  # fmt: skip


def test_the_dates_of_its_event_are_those_that_were_known_and_lie_ahead(run, database):
    watch(database, rain())
    milestone(database, "moved", 600, minutes=-60)
    milestone(database, "moved", 900, minutes=-30)
    milestone(database, "next", 60, minutes=-30)
    milestone(database, "past", -10, minutes=-30)
    milestone(database, "unknown", 600, minutes=5)
    (candidate,) = candidates(run)
    ((due,), _) = gather(run, [(candidate, "first")])
    assert due.asked.milestones == (
        Milestone("next is told", "publication", Nanos.of(at(60))),
        Milestone("moved is told", "publication", Nanos.of(at(900))),
    )


def test_the_last_look_has_its_price_its_rules_and_what_came_since(run, database):
    watch(database, rain())
    quote(database, RAIN, bid="0.30", ask="0.40", minutes=-65)
    look(database, -60)
    look(database, -30, None)
    estimate(database, RAIN, 0.6, minutes=-60, details=f'{{"rules": "{rules_hash("If it rains.")}"}}')
    article(database, 1, minutes=-20)
    article(database, 2, minutes=-5, kept=False)
    article(database, 3, minutes=5)
    (found,) = candidates(run)
    assert found.last == Look(at=Nanos.of(at(-60)), mid=0.35, rules=rules_hash("If it rains."))
    assert found.news_at == Nanos.of(at(-20))


def test_a_price_of_yesterday_or_of_the_future_is_none(run, database):
    watch(database, rain(), minutes=-121)
    quote(database, RAIN, bid="0.30", ask="0.40", minutes=1)
    (found,) = candidates(run)
    assert (found.bid, found.ask) == (None, None)


@pytest.mark.parametrize(
    "changes", [{"status": MarketStatus.CLOSED}, {"close_time": NOW}, {"category": None}], ids=lambda c: next(iter(c))
)
def test_a_market_that_is_not_open_or_has_no_category_is_none(run, database, changes):
    watch(database, rain(**changes))
    assert candidates(run) == []


async def test_requests_are_the_newest_of_each_market_up_to_now(broker):
    settings = load_settings(_env_file=None, kafka_bootstrap=broker.bootstrap)
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    try:
        for ticker, minutes in (("KXASKED-1", -20), ("KXASKED-1", -10), ("KXASKED-2", 10)):
            request = EstimateRequest(at=Nanos.of(at(minutes)), ticker=ticker, reason="moved")
            await producer.send_and_wait(ESTIMATE_REQUESTS.name, encode(request), key=ticker.encode())
        await producer.send_and_wait(ESTIMATE_REQUESTS.name, b"?", key=b"KXASKED-3")
    finally:
        await producer.stop()
    found = await requests(settings, NOW)
    assert {ticker: when for ticker, when in found.items() if ticker.startswith("KXASKED")} == {
        "KXASKED-1": Nanos.of(at(-10))
    }


def test_what_was_known_of_a_market_is_gathered(run, database):
    watch(database, rain())
    execute(
        database, """update events set raw = '{"sub_title": "December", "settlement_sources": [{"name": "NWS"}]}'"""
    )
    for number, minutes in ((1, -30), (2, -20), (3, 10)):
        article(database, number, minutes=minutes, relevance=0.5 + number / 10)
    execute(database, "insert into base_rates values (%s, 'series', 'KXRAINNYC', 40, 10, %s)", ACCOUNT, at(-60))
    execute(database, "insert into base_rates values (%s, 'series', 'KXRAINNYC', 50, 50, %s)", ACCOUNT, at(60))
    execute(database, "insert into base_rates values (%s, 'category', 'Economics', 100, 30, %s)", ACCOUNT, at(-60))
    execute(
        database, "insert into economic_series values (%s, 'FEDFUNDS', '2026-10-01', 3.88, %s, %s)",
        ACCOUNT, at(-600), at(-600),
    )  # fmt: skip
    ((due,), left) = gather(run, [(candidates(run)[0], "news")])
    assert left == []
    assert (due.asked.about, due.asked.sources) == ("December", ("NWS",))
    assert (due.reason, due.mid, due.asked.title) == ("news", 0.5, f"Event: Will {RAIN} come true?")
    assert [each.article_id for each in due.evidence] == ["a2", "a1"]
    assert due.asked.base_rates == (BaseRate("series", "KXRAINNYC", 40, 10), BaseRate("category", "Economics", 100, 30))
    assert due.asked.economic == (EconomicValue("FEDFUNDS", "2026-10-01", "3.88"),)


def test_an_event_of_which_nothing_is_said_or_known_says_nothing(run, database):
    watch(database, rain())
    execute(database, """update events set raw = '{"sub_title": null, "settlement_sources": null}'""")
    ((due,), _) = gather(run, [(candidates(run)[0], "first")])
    assert (due.asked.about, due.asked.sources) == ("", ())
    execute(database, "delete from events")
    ((due,), _) = gather(run, [(candidates(run)[0], "first")])
    assert (due.asked.about, due.asked.sources, due.asked.title) == ("", (), f"Will {RAIN} come true?")


def test_a_market_whose_ticker_is_no_ticker_is_left_out(run, database):
    watch(database, listed("kx rain-1"))
    found, left = gather(run, [(candidates(run)[0], "first")])
    assert found == []
    assert left == [LeftOut("kx rain-1", "unreadable", "forecast prompt: not what its field promises in kx rain-1")]


def test_rules_are_one_text():
    assert rules_text("a", "b") == "a\nb"
    assert rules_text("a", "") == rules_text("a", None) == "a"
