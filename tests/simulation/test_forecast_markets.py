import pytest

from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.simulation.forecast_markets import FORECAST_SHARD, event_title, market, result_of, rungs, yes_words
from kalshi_desk.simulation.forecast_walk import STEPS, truth
from tests.simulation.forecasts import BEGIN, world


@pytest.fixture(scope="module")
def events():
    return [chain.at(BEGIN) for chain in world(2_000).chains]


def test_a_ladder_ascends_and_brackets_touch(events):
    for event in events:
        made = rungs(7, event)
        assert len(made) == event.lane.rungs
        assert len({rung.ticker for rung in made}) == len(made)
        floors = [float(rung.floor) for rung in made if rung.floor is not None]
        assert floors == sorted(set(floors))
        assert min(floors) > 0
        if event.lane.brackets:
            assert made[0].floor is None
            assert made[-1].cap is None
            assert [one.cap for one in made[:-1]] == [one.floor for one in made[1:]]


def test_exactly_one_bracket_ends_with_yes_and_a_ladder_falls(events):
    for event in events:
        ends = [result_of(7, event, rung).result for rung in rungs(7, event)]
        if event.lane.brackets:
            assert sorted(ends)[-1] == "yes"
            assert ends.count("yes") == 1
        else:
            assert ends == sorted(ends, reverse=True)


def test_the_result_is_where_the_truth_ends(events):
    differing = 0
    for event in events:
        for rung in rungs(7, event):
            end = truth(7, event.key, STEPS, rung.interval(event))
            differing += (result_of(7, event, rung).result == "yes") != (end == 1)
    assert differing <= 2  # a number that is printed as the threshold itself


def test_titles_are_unique_questions_with_rules(events):
    made = [market(event, rung) for event in events for rung in rungs(7, event)]
    assert len({one.title for one in made}) == len(made)
    assert all(one.title.startswith("Will ") and one.title.endswith("?") for one in made)
    assert all(one.ticker.rpartition("-")[0] == one.event_ticker for one in made)
    assert {one.exchange_index for one in made} == {FORECAST_SHARD}
    assert {one.status for one in made} == {MarketStatus.ACTIVE}
    assert {one.strike_type for one in made} == {"greater", "between", "less_or_equal"}
    assert len({event_title(event) for event in events}) == len(events)


def test_the_words_of_a_bracket(events):
    event = next(event for event in events if event.lane.brackets)
    first, second, *_, last = rungs(7, event)
    unit = event.lane.subject.measure.unit
    assert yes_words(event, first) == f"{first.cap} {unit} or below"
    assert yes_words(event, second) == f"Above {second.floor} to {second.cap} {unit}"
    assert yes_words(event, last) == f"Above {last.floor} {unit}"
    assert f"greater than {second.floor} and less than or equal to {second.cap}" in market(event, second).rules_primary
