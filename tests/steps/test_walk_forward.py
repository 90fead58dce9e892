import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_desk.domain.question import Question
from kalshi_desk.domain.scoring import brier
from kalshi_desk.steps.calibrate import POOLED, calibration_of, combine
from kalshi_desk.steps.learn import fit
from kalshi_desk.steps.walk_forward import NEW_ANSWERS, samples_of, walk_forward
from tests.steps.questions import PARAMS, hour, question, world


def forward(questions):
    return list(walk_forward(questions, params=PARAMS))


def test_questions_come_in_the_order_in_which_they_were_asked():
    questions = [question(n, asked=asked, resolved=90) for n, asked in enumerate((5, 1, 3, 3))]
    assert [one.question.id for one in forward(questions)] == ["Q00001", "Q00002", "Q00003", "Q00000"]


def test_an_answer_teaches_only_after_it_was_known():
    questions = [question(n, asked=0, resolved=24 * 5, outcome=n % 2) for n in range(40)]
    questions += [question(40 + n, asked=24 * n, resolved=24 * 90) for n in range(1, 10)]
    taught = [one.calibration is not None for one in forward(questions)]
    assert taught == [False] * 45 + [True] * 4


def test_questions_that_have_no_answer_to_this_day_make_no_fair_sample():
    questions = world(1, n=300)
    waiting = [hour(0)] * 40
    found = walk_forward(questions, params=PARAMS, still_open=waiting)
    assert {one.calibration for one in list(found)[:280]} == {None}
    assert any(one.calibration for one in forward(questions)[:280])


def test_a_question_answered_before_it_was_asked_does_not_teach_itself():
    assert forward([question(0, asked=24, resolved=0)])[0].calibration is None


def test_the_estimate_is_what_live_would_have_made_of_the_answers_known_then():
    questions = world(1, n=300, bias=0.5)
    for one in forward(questions)[::37]:
        if one.calibration is None:
            continue
        fitted_at = one.calibration.fitted_at
        known = [each for each in questions if each.resolved_at < fitted_at]
        waiting = [each.asked_at for each in questions if each.asked_at < fitted_at <= each.resolved_at]
        learned = fit(known, waiting, fitted_at=fitted_at, params=PARAMS)
        calibration = calibration_of(learned, one.question.category)
        assert calibration.platt_intercept == pytest.approx(one.calibration.platt_intercept)
        assert calibration.blend_weight == pytest.approx(one.calibration.blend_weight)
        live = combine(samples_of(one.question), one.calibration, price=one.question.price, params=PARAMS)
        assert live == one.combined


@settings(max_examples=10)
@given(st.integers(0, 299))
def test_the_future_changes_nothing_before_it(cut):
    questions = world(2, n=300)
    changed = [
        each if each.resolved_at < questions[cut].asked_at else Question(
            **{**{name: getattr(each, name) for name in each.__struct_fields__}, "outcome": 1 - each.outcome}
        )
        for each in questions
    ]  # fmt: skip
    before = [one.combined for one in forward(questions)[: cut + 1]]
    assert [one.combined for one in forward(changed)[: cut + 1]] == before


def test_fits_are_few_and_never_older_than_a_day_with_something_new():
    found = [one for one in forward(world(3, n=2_000)) if one.calibration is not None]
    fits = {one.calibration.fitted_at for one in found}
    assert len(fits) < 2_000 / NEW_ANSWERS + 5
    assert max(one.question.asked_at - one.calibration.fitted_at for one in found) < hour(26) - hour(0)


def test_the_mix_has_the_settings_weights_whatever_was_learned():
    found = forward(world(4, n=400, noise=1.0))[-1]
    assert found.calibration.vendor_weights != PARAMS.vendor_weights
    plain = combine(samples_of(found.question), None, price=None, params=PARAMS)
    assert found.mix == pytest.approx(plain.p_ensemble)


def test_a_question_without_a_usable_forecast_goes_by():
    questions = [
        question(0, asked=0, resolved=1, forecasts={}),
        question(1, asked=0, resolved=1, forecasts={"gpt": 0.0, "claude": 1.0}),
        question(2, asked=50, resolved=60),
    ]
    found = forward(questions)
    assert [(one.mix, one.combined) for one in found[:2]] == [(None, None)] * 2
    assert found[2].combined is not None
    assert found[2].calibration is None


def test_an_unknown_category_takes_the_pooled_fit_and_explores():
    questions = [*world(5, n=400), question(900, asked=500, resolved=600, category="Politics")]
    found = forward(questions)
    assert found[-1].calibration.category == POOLED
    assert found[-1].combined.exploratory
    assert not found[-2].combined.exploratory


def brier_of(found, pick):
    return brier([pick(one) for one in found], [one.question.outcome for one in found])


def test_learning_beats_not_learning_on_a_biased_model():
    found = forward(world(6, n=1_500, bias=1.0))[200:]
    mix, calibrated, blended, price = (
        brier_of(found, pick)
        for pick in (
            lambda one: one.mix, lambda one: one.combined.p_calibrated,
            lambda one: one.combined.p_blended, lambda one: one.question.price,
        )
    )  # fmt: skip
    assert blended < calibrated < mix
    assert blended < price


def by_the_deadline(seed):
    """Draw calibrated forecasts of "before day 40?": yes is answered as it happens, no when the time is up."""
    rng = np.random.default_rng(seed)
    return [
        msgspec.structs.replace(each, resolved_at=hour(asked + (rng.uniform(24, 960) if each.outcome else 960)))
        for asked, each in enumerate(world(seed, n=1_500, noise=0.05))
        if asked % 8 == 0
    ]


def losses(questions):
    """The Brier scores of mix, calibrated, blended and price."""
    found = forward(questions)
    return [
        brier_of(found, pick)
        for pick in (
            lambda one: one.mix, lambda one: one.combined.p_calibrated,
            lambda one: one.combined.p_blended, lambda one: one.question.price,
        )
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_early_answers_of_one_kind_do_not_bend_a_calibrated_model(seed):
    mix, calibrated, blended, price = losses(by_the_deadline(seed))
    assert calibrated <= mix + 0.002
    assert blended <= price + 0.002


@pytest.mark.parametrize("seed", range(3))
def test_useless_models_cost_next_to_nothing_against_the_price(seed):
    questions = world(seed, n=300, noise=3.0, price_noise=0.1)
    mix, calibrated, blended, price = losses(questions)
    assert calibrated < mix - 0.03
    assert blended <= price + 0.002


AT_THE_END = [msgspec.structs.replace(each, resolved_at=hour(10**4)) for each in world(9, n=300, noise=2.0)]


@pytest.mark.parametrize("questions", [world(9, n=20), AT_THE_END])
def test_few_answers_and_answers_that_all_come_at_the_end_leave_mix_and_price(questions):
    mix, calibrated, blended, price = losses(questions)
    assert calibrated == pytest.approx(mix)
    assert blended == pytest.approx(price)


@pytest.mark.recording
def test_recorded_forecasts_have_their_known_scores(recordings_dir):
    found = forward(metaculus(recordings_dir))
    assert brier_of(found, lambda one: one.question.forecasts["gpt"]) == pytest.approx(0.183, abs=0.0006)
    assert brier_of(found, lambda one: one.question.forecasts["claude"]) == pytest.approx(0.174, abs=0.0006)
    assert brier_of(found, lambda one: one.mix) == pytest.approx(0.173, abs=0.0006)
    assert brier_of(found, lambda one: one.combined.p_calibrated) < 0.1752


@pytest.mark.recording
def test_with_a_recorded_price_at_hand_the_blend_does_not_lose_to_it(recordings_dir):
    found = forward(polymarket(recordings_dir))
    assert len(found) == 128
    blended, price = (
        brier_of(found, pick) for pick in (lambda one: one.combined.p_blended, lambda one: one.question.price)
    )
    assert blended <= price + 0.002


def rows(recordings_dir, folder):
    import pyarrow.parquet as parquet

    return parquet.read_table(recordings_dir / folder / "forecasts.parquet").to_pylist()


def metaculus(recordings_dir):
    from kalshi_desk.domain.units import Nanos

    return [
        Question(
            id=str(row["question_id"]), title=row["title"], category=row["category"],
            outcome=row["outcome"], price=None, asked_at=Nanos.parse(row["open_time"]),
            resolved_at=Nanos.parse(row["resolve_time"]),
            forecasts={"gpt": row["gpt_4o_mean"], "claude": row["claude_3_5_sonnet_20241022_mean"]},
        )
        for row in rows(recordings_dir, "llm_forecasts_metaculus_aib_q3_2024")
    ]  # fmt: skip


def polymarket(recordings_dir):
    from kalshi_desk.domain.units import Nanos

    return [
        Question(
            id=row["pred_id"], title=row["question"], category=row["category"], outcome=int(row["outcome"]),
            asked_at=Nanos.parse(row["timestamp"]), resolved_at=Nanos.parse(row["resolved_at"]),
            price=row["market_price"], forecasts={"llm": row["llm_prob"]},
        )
        for row in rows(recordings_dir, "llm_forecasts_polymarket_2026-04")
        if row["resolved"] and row["llm_prob"] is not None and abs(row["market_price"] - 0.5) > 0.02
    ]  # fmt: skip
