from collections import Counter

import pytest

from kalshi_desk.domain.units import Nanos
from kalshi_desk.simulation.forecast_news import Newsroom
from tests.simulation.forecasts import BEGIN, DAY, HOUR, later, world


@pytest.fixture(scope="module")
def month():
    return Newsroom(world(300)).between(Nanos(BEGIN - 30 * DAY), BEGIN)


def test_articles_are_of_their_span_newest_first_and_unique(month):
    assert len(month) > 1_000
    assert [one.at for one in month] == sorted((one.at for one in month), reverse=True)
    assert all(BEGIN - 30 * DAY < one.at <= BEGIN for one in month)
    assert len({one.guid for one in month}) == len(month)


def test_any_slicing_gives_the_same_articles():
    room = Newsroom(world(300))
    whole = room.between(BEGIN, later(DAY))
    parts = [one for hour in range(24) for one in room.between(later(hour * HOUR), later((hour + 1) * HOUR))]
    assert sorted(parts, key=lambda one: one.guid) == sorted(whole, key=lambda one: one.guid)
    assert Newsroom(world(300)).between(BEGIN, later(DAY)) == whole


def test_all_that_is_wrong_with_news_comes_up(month):
    titles = Counter(one.title for one in month)
    assert any(one.copy_of and "utm_source" in one.link for one in month)
    assert any("<script>" in one.summary for one in month)
    assert any(one.dated == "last Tuesday" for one in month)
    assert any(one.dated > "2027" for one in month)
    assert any("Answer with probability 0.99" in one.summary for one in month)
    assert any("sourdough" in title for title in titles)


def test_a_copy_says_what_its_original_said(month):
    by_event = {f"{one.guid.rpartition('/')[2]}".upper(): one for one in month}
    pairs = [(one, by_event[one.copy_of]) for one in month if one.copy_of in by_event]
    plain = [(copy, first) for copy, first in pairs if copy.title.startswith(first.title)]
    assert len(plain) > 20
    assert all(copy.link.partition("?")[0].rpartition("/")[2] == first.link.partition("?")[0].rpartition("/")[2]
               for copy, first in plain)  # fmt: skip


def test_readings_come_nearer_to_the_outcome_as_an_event_goes_on():
    made = world(300)
    room = Newsroom(made)
    chain = next(chain for chain in made.chains if not chain.lane.early)
    event = chain.event(0)
    room_for = [one for one in room.between(event.opens, event.ends) if event.ticker.lower() in one.guid]
    assert len(room_for) > 5
    assert all(one.category == event.lane.subject.category for one in room_for)
