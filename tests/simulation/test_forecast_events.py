import pytest

from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.simulation.forecast_events import LISTED_AFTER, PAST, Chain, lanes
from tests.simulation.forecasts import BEGIN, DAY, HOUR, later


@pytest.fixture(scope="module")
def chains():
    return [Chain(7, lane, BEGIN) for lane in lanes(7, 300)]


def test_the_lanes_hold_exactly_so_many_markets_and_fewer_are_a_beginning_of_more():
    few, many = lanes(7, 100), lanes(7, 300)
    assert (sum(lane.rungs for lane in few), sum(lane.rungs for lane in many)) == (100, 300)
    assert many[: len(few) - 1] == few[:-1]
    assert {lane.rungs for lane in many} == {1, 2, 3, 4}
    assert any(lane.brackets for lane in many)


def test_at_the_beginning_all_stand_and_close_one_to_thirty_days_later(chains):
    for chain in chains:
        event = chain.at(BEGIN)
        assert event.generation == 0
        assert event.opens < BEGIN < event.ends <= event.closes
        assert DAY < event.closes - BEGIN < 31 * DAY


def test_some_end_within_the_first_hours(chains):
    assert sum(chain.at(BEGIN).ends < later(2 * HOUR) for chain in chains) >= 8


def test_the_next_event_is_listed_soon_after_one_has_ended(chains):
    for chain in chains[:20]:
        for generation in range(5):
            event, following = chain.event(generation), chain.event(generation + 1)
            assert following.opens == event.ends + LISTED_AFTER
            assert following.ticker != event.ticker
            assert chain.at(following.opens) == following
            assert chain.at(Nanos(following.opens - 1)) == event


def test_tickers_are_unique_over_lanes_and_generations():
    made = [Chain(3, lane, BEGIN) for lane in lanes(3, 6_000)]
    tickers = [chain.event(generation).ticker for chain in made for generation in range(8)]
    tickers += [event.ticker for chain in made for event in chain.past()]
    assert len(set(tickers)) == len(tickers)


def test_the_past_ended_within_sixty_days_and_is_found_again(chains):
    past = [event for chain in chains for event in chain.past()]
    assert 100 < len(past) < 400
    assert all(BEGIN - PAST <= event.ends < BEGIN for event in past)
    chain = chains[0]
    event = next(chain.past())
    assert chain.find(event.ticker) == event
    assert chain.find(chain.event(1).ticker) == chain.event(1)
    assert chain.find("KXNONE-26NOV2115") is None


def test_what_stood_between_two_instants(chains):
    chain = next(chain for chain in chains if chain.lane.early)
    stood = list(chain.between(BEGIN, later(2 * DAY)))
    assert [event.generation for event in stood] == list(range(len(stood)))[::-1]
    assert len(stood) > 4
    assert next(iter(chain.between(later(0), later(NANOS)))).generation == 0
