from math import log

import pytest

from kalshi_desk.replay.forecast_scores import FIXED, Columns, curves, skills, table
from kalshi_desk.steps.calibrate import CombineParams
from kalshi_desk.steps.walk_forward import foretell
from tests.questions import asked

WEIGHTS = {"gpt": 0.55, "claude": 0.45}
PARAMS = CombineParams(vendor_weights=WEIGHTS, blend_prior=0.5, min_resolutions=50)


def columns(*questions):
    return Columns([foretell(question, None, PARAMS) for question in questions], WEIGHTS)


BOTH = columns(
    asked("a", outcome=1, price=0.6, forecasts={"gpt": 0.8, "claude": 0.8, "experts": 0.9}),
    asked("b", outcome=0, price=0.2, forecasts={"gpt": 0.4, "claude": 0.4}),
    asked("c", outcome=0, price=None, forecasts={"gpt": 0.1, "claude": 0.1}),
    asked("d", outcome=0, price=0.3),
)


def test_the_table_is_over_the_questions_that_have_all_compared_columns():
    assert BOTH.compared == ["claude", "gpt", "mix", "calibrated", "blended", "price"]
    found = table(BOTH, BOTH.compared, shown=FIXED)
    assert found.n == 2
    assert found.brier["gpt"] == pytest.approx((0.04 + 0.16) / 2)
    assert found.brier["price"] == pytest.approx((0.16 + 0.04) / 2)
    assert found.log_score["claude"] == pytest.approx((-log(0.8) - log(0.6)) / 2)
    assert found.brier["mix"] == pytest.approx(found.brier["gpt"])
    low, high = found.brier_interval["gpt"]
    assert low < found.brier["gpt"] < high


def test_a_further_forecaster_is_compared_where_it_answered_too():
    assert BOTH.further == ["experts"]
    found = table(BOTH, ["experts", *BOTH.compared], shown=())
    assert (found.n, found.brier["experts"], found.brier["gpt"]) == (1, pytest.approx(0.01), pytest.approx(0.04))
    assert found.brier_interval["experts"] is None


def test_columns_that_nobody_filled_are_none_and_compare_nothing():
    prices = columns(asked("a", price=0.6), asked("b", outcome=0, price=0.2))
    assert prices.compared == ["price"]
    found = table(prices, prices.compared, shown=FIXED)
    assert (found.n, found.brier["gpt"], found.log_score["blended"]) == (2, None, None)
    assert found.brier["price"] == pytest.approx(0.1)
    nothing = columns()
    assert table(nothing, nothing.compared, shown=FIXED).n == 0
    assert (skills(nothing), curves(nothing)) == ({}, {})


def test_forecasters_without_a_weight_are_compared_where_nobody_has_one():
    found = columns(asked("a", forecasts={"x": 0.6, "y": 0.7}), asked("b", forecasts={"x": 0.6}))
    assert found.compared == ["x", "y", "mix", "calibrated", "blended"]
    assert table(found, found.compared, shown=FIXED).n == 1


def test_certain_and_wrong_is_counted_and_has_no_finite_score():
    found = columns(
        asked("a", outcome=0, forecasts={"gpt": 1.0}, price=0.5), asked("b", forecasts={"gpt": 0.5}, price=0.5)
    )
    scores = table(found, found.compared, shown=FIXED)
    assert (scores.infinite["gpt"], scores.log_score["gpt"], scores.log_score_interval["gpt"]) == (1, None, None)
    assert scores.brier["gpt"] == pytest.approx((1 + 0.25) / 2)


def test_skill_is_the_prices_loss_less_ours():
    assert skills(BOTH)["gpt"].mean == pytest.approx(((0.16 - 0.04) + (0.04 - 0.16)) / 2)
    assert set(skills(BOTH)) == set(BOTH.compared) - {"price"}


def test_curves_bin_the_common_questions():
    bins = curves(BOTH)["gpt"]
    assert [(one.n, one.happened) for one in bins] == [(1, 0.0), (1, 1.0)]
