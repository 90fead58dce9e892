from decimal import Decimal

import pytest

from kalshi_desk.domain.units import Cash
from kalshi_desk.page.tables import TableReader
from tests.page import forecast_sample, sample

pytestmark = pytest.mark.embedded


@pytest.fixture
def read(database):
    sample.seed(database)
    forecast_sample.seed(database)
    return TableReader(database, sample.ACCOUNT).read(sample.NOW).forecasts


def test_an_empty_database_is_read_as_nothing_known(database):
    found = TableReader(database, "sim:nothing:1").read(sample.NOW).forecasts
    assert (found.watched, found.estimates, found.articles, found.left_out) == ([], [], [], [])
    assert found.month is None
    assert (found.counts["watched"], found.spent["dollars"]) == (0, Decimal(0))


def test_the_newest_watch_list_comes_with_quotes_and_estimates(read):
    found = {row["ticker"]: row for row in read.watched}
    assert list(found) == [forecast_sample.FED, forecast_sample.RAIN, forecast_sample.BARE]
    fed, bare = found[forecast_sample.FED], found[forecast_sample.BARE]
    assert (fed["bid_dollars"], fed["ask_dollars"], fed["p_yes"]) == (Decimal("0.6100"), Decimal("0.6300"), 0.69)
    assert (bare["bid_dollars"], bare["p_yes"], bare["estimated_at"]) == (None, None, None)
    assert (read.counts["watched"], read.counts["left_out"]) == (3, 5566)
    assert [(row["reason"], row["markets"]) for row in read.left_out] == [("parlay", 4828), ("thin_volume", 738)]


def test_evidence_says_why_it_was_kept_or_dropped(read):
    assert [(row["kept"], row["reason"], row["articles"]) for row in read.article_counts] == [
        (True, None, 1), (False, "off_topic", 2), (False, "duplicate", 1),
    ]  # fmt: skip
    first = read.articles[0]
    assert (first["kept"], first["markets"], first["relevance"]) == (True, 2, 0.71)
    assert first["about"] == forecast_sample.TITLES[forecast_sample.FED][0]


def test_spend_is_that_of_the_day(read):
    assert read.spent == {"dollars": Decimal("0.252400"), "calls": 4, "faults": 1, "cached": 1, "tokens": 9120}
    assert read.month == Cash.parse("0.2524") * 30
    assert read.estimates[0]["p_vendors"] == {"gpt": 0.78, "claude": 0.71}
