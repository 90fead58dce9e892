from math import sqrt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.estimate import Sample
from kalshi_desk.domain.log_odds import expit, logit
from kalshi_desk.domain.message import Decoder, encode
from kalshi_desk.steps.calibrate import POOLED, Calibration, calibration_of, combine
from tests.steps.questions import PARAMS, START

LEARNED = Calibration(
    category="climate", fitted_at=START, resolutions=80, priced=80, vendor_weights={"gpt": 0.7, "claude": 0.3},
    platt_intercept=-0.2, platt_slope=0.8, blend_weight=0.4, blend_stderr=0.1, blend_bias=0.05,
    blend_low=0.2, blend_high=0.6,
)  # fmt: skip
probabilities = st.floats(0.02, 0.98)


def asked(gpt=None, claude=None):
    named = {"gpt": gpt, "claude": claude}
    return [Sample(vendor=name, model=name, evidence_set=0, p_yes=p) for name, p in named.items() if p is not None]


def test_each_stage_by_hand():
    found = combine(asked(0.7, 0.6), LEARNED, price=0.5, params=PARAMS)
    mix = 0.7 * logit(0.7) + 0.3 * logit(0.6)
    bent = -0.2 + 0.8 * mix
    assert found.p_vendors == pytest.approx({"gpt": 0.7, "claude": 0.6})
    assert found.p_ensemble == pytest.approx(expit(mix))
    assert found.p_calibrated == pytest.approx(expit(bent))
    assert found.p_yes == pytest.approx(expit(0.4 * bent + 0.6 * 0 + 0.05))
    assert (found.blend_weight, found.exploratory) == (0.4, False)


def test_the_doubt_is_of_the_samples_and_of_the_weight():
    found = combine(asked(0.7, 0.6), LEARNED, price=0.2, params=PARAMS)
    spread = found.p_ensemble_stderr / (found.p_ensemble * (1 - found.p_ensemble))
    gap = logit(found.p_calibrated) - logit(0.2)
    odds_stderr = sqrt((0.4 * 0.8 * spread) ** 2 + (0.1 * gap) ** 2)
    assert found.stderr == pytest.approx(found.p_yes * (1 - found.p_yes) * odds_stderr)


@pytest.mark.parametrize(
    "calibration",
    [None, msgspec.structs.replace(LEARNED, priced=49), msgspec.structs.replace(LEARNED, category=POOLED)],
)
def test_before_enough_answers_of_the_category_the_weight_is_the_prior_and_the_estimate_explores(calibration):
    found = combine(asked(0.7, 0.6), calibration, price=0.5, params=PARAMS)
    assert (found.blend_weight, found.exploratory) == (0.5, True)
    assert logit(found.p_yes) == pytest.approx(0.5 * logit(found.p_calibrated))


def test_what_is_scored_is_the_price_before_the_first_answers_and_then_what_they_support_however_few():
    cold = combine(asked(0.7, 0.6), None, price=0.4, params=PARAMS)
    assert cold.p_blended == pytest.approx(0.4)
    assert cold.p_yes > 0.45
    few = msgspec.structs.replace(LEARNED, priced=30)
    learned, traded = (combine(asked(0.7, 0.6), known, price=0.4, params=PARAMS) for known in (few, LEARNED))
    assert learned.p_blended == traded.p_blended == traded.p_yes != learned.p_yes


def test_without_a_price_what_is_scored_is_the_calibrated():
    cold = combine(asked(0.7, 0.6), None, price=None, params=PARAMS)
    assert cold.p_blended == cold.p_calibrated == cold.p_yes


def test_a_weight_whose_interval_includes_nothing_explores():
    doubtful = msgspec.structs.replace(LEARNED, blend_low=-0.01)
    assert combine(asked(0.7), doubtful, price=0.5, params=PARAMS).exploratory


def test_a_useless_model_leaves_the_price():
    useless = msgspec.structs.replace(LEARNED, blend_weight=0.0, blend_bias=0.0, blend_low=-0.2)
    assert combine(asked(0.9, 0.9), useless, price=0.3, params=PARAMS).p_yes == pytest.approx(0.3)


def test_without_a_price_the_calibrated_stands_alone_and_explores():
    found = combine(asked(0.7, 0.6), LEARNED, price=None, params=PARAMS)
    assert found.p_yes == found.p_calibrated
    assert (found.blend_weight, found.exploratory) == (1.0, True)


def test_one_vendor_alone_is_less_sure():
    both, alone = (combine(samples, None, price=0.5, params=PARAMS) for samples in (asked(0.6, 0.6), asked(0.6)))
    assert alone.p_yes == pytest.approx(both.p_yes)
    assert alone.stderr > both.stderr


@given(probabilities, probabilities, probabilities)
def test_the_blend_lies_between_model_and_price_and_mirrors(gpt, claude, price):
    found = combine(asked(gpt, claude), None, price=price, params=PARAMS)
    mirrored = combine(asked(1 - gpt, 1 - claude), None, price=1 - price, params=PARAMS)
    low, high = sorted((found.p_calibrated, price))
    assert low - 1e-9 <= found.p_yes <= high + 1e-9
    assert mirrored.p_yes == pytest.approx(1 - found.p_yes, abs=1e-9)
    assert mirrored.stderr == pytest.approx(found.stderr)


def test_a_certain_model_is_not_weighed_against_a_price():
    found = combine(asked(1.0, 0.6), LEARNED, price=0.4, params=PARAMS)
    assert (found.p_ensemble, found.p_calibrated) == (1.0, 1.0)
    assert found.p_yes == pytest.approx(0.4)
    assert (found.blend_weight, found.exploratory) == (0.0, True)


def test_a_certain_price_stays_certain():
    assert combine(asked(0.6), None, price=0.0, params=PARAMS).p_yes == 0.0
    assert combine(asked(0.6), None, price=1.0, params=PARAMS).stderr == 0.5


def test_nothing_to_combine_is_refused():
    with pytest.raises(ValueError, match="no forecast"):
        combine([], None, price=0.5, params=PARAMS)


def test_a_category_without_a_fit_of_its_own_takes_the_pooled_one():
    pooled = msgspec.structs.replace(LEARNED, category=POOLED)
    known = {"climate": LEARNED, POOLED: pooled}
    assert calibration_of(known, "Climate") is LEARNED
    assert calibration_of(known, "Politics") is pooled
    assert calibration_of({}, "Politics") is None


def test_a_calibration_survives_its_row():
    assert Decoder(Calibration, "calibrations")(encode(LEARNED)) == LEARNED
