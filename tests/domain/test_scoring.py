from math import inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.scoring import brier, log_score

scored = st.lists(st.tuples(st.floats(0.01, 0.99), st.integers(0, 1)), min_size=1, max_size=30)


def split(pairs):
    return [p for p, _ in pairs], [y for _, y in pairs]


def test_a_coin():
    assert brier([0.5, 0.5], [0, 1]) == 0.25
    assert log_score([0.5, 0.5], [0, 1]) == pytest.approx(log(2))


def test_certainty_is_rewarded_or_ruined():
    assert (brier([1.0], [1]), log_score([1.0], [1])) == (0.0, 0.0)
    assert (brier([1.0], [0]), log_score([1.0], [0])) == (1.0, inf)


def test_nothing_to_score_is_none():
    assert brier([], []) is log_score([], []) is None


@pytest.mark.parametrize(("forecasts", "outcomes"), [([1.1], [1]), ([float("nan")], [1]), ([0.5], [2]), ([0.5], [])])
def test_what_cannot_be_scored_is_refused(forecasts, outcomes):
    with pytest.raises(ValueError, match=r"."):
        brier(forecasts, outcomes)


@given(scored)
def test_scores_do_not_care_which_outcome_is_called_yes(pairs):
    forecasts, outcomes = split(pairs)
    mirrored = [1 - p for p in forecasts], [1 - y for y in outcomes]
    assert brier(*mirrored) == pytest.approx(brier(forecasts, outcomes))
    assert log_score(*mirrored) == pytest.approx(log_score(forecasts, outcomes))


@given(scored)
def test_scores_do_not_care_about_order_or_repetition(pairs):
    forecasts, outcomes = split(pairs)
    assert brier(*split(pairs[::-1] * 2)) == pytest.approx(brier(forecasts, outcomes))
    assert log_score(*split(pairs[::-1] * 2)) == pytest.approx(log_score(forecasts, outcomes))


@given(scored)
def test_a_step_towards_the_truth_never_scores_worse(pairs):
    forecasts, outcomes = split(pairs)
    nearer = [(p + y) / 2 for p, y in pairs]
    assert brier(nearer, outcomes) <= brier(forecasts, outcomes)
    assert log_score(nearer, outcomes) <= log_score(forecasts, outcomes)
