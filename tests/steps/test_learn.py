import msgspec
import numpy as np
import pytest

from kalshi_desk.steps.calibrate import POOLED
from kalshi_desk.steps.learn import fit, lesson_of, vendor_weights
from tests.steps.questions import PARAMS, expit, question, world


def learned(questions):
    return fit(questions, (), fitted_at=questions[-1].resolved_at, params=PARAMS)


def test_categories_are_compared_casefolded_and_counted():
    names = ["Climate"] * 10 + ["CLIMATE"] * 10 + ["Politics"] * 10
    questions = [
        question(n, asked=0, resolved=1, category=name, price=None if name == "CLIMATE" else 0.5, outcome=n % 2)
        for n, name in enumerate(names)
    ]
    found = learned(questions)
    assert {name: (one.resolutions, one.priced) for name, one in found.items()} == {
        "climate": (20, 10), "politics": (10, 10), POOLED: (30, 20),
    }  # fmt: skip
    assert {one.fitted_at for one in found.values()} == {questions[-1].resolved_at}


def test_the_bias_of_the_models_is_taken_out():
    found = learned(world(1, n=3_000, bias=0.8, noise=0.2))["climate"]
    assert found.platt_intercept + found.platt_slope * 0.8 == pytest.approx(0, abs=0.1)


def test_a_better_model_than_the_price_is_trusted_and_a_worse_one_is_not():
    good = learned(world(2, n=3_000, noise=0.1, price_noise=1.0))["climate"]
    bad = learned(world(3, n=3_000, noise=2.0, price_noise=0.0))["climate"]
    assert good.blend_weight > 0.8
    assert bad.blend_weight < 0.1
    assert good.blend_low > 0 > bad.blend_low


def test_without_prices_the_price_stays_believed():
    found = learned([question(n, asked=0, resolved=1, price=None, outcome=n % 2) for n in range(60)])
    assert found["climate"].blend_weight == pytest.approx(0.05)
    assert found["climate"].blend_low < 0
    assert found["climate"].priced == 0


def test_the_better_vendor_gains_weight_once_there_are_enough_answers():
    rng = np.random.default_rng(4)
    truth = rng.normal(0, 1.5, 2_000)
    seen = {"gpt": expit(truth + rng.normal(0, 1.5, 2_000)), "claude": expit(truth + rng.normal(0, 0.3, 2_000))}
    came = rng.random(2_000) < expit(truth)
    questions = [
        question(i, asked=i, resolved=i + 1, outcome=int(came[i]), forecasts={name: p[i] for name, p in seen.items()})
        for i in range(2_000)
    ]
    lessons = [lesson for each in questions if (lesson := lesson_of(each)) is not None]
    weights = vendor_weights(lessons, PARAMS)
    assert weights["claude"] > 0.85
    assert sum(weights.values()) == pytest.approx(1)
    assert vendor_weights(lessons[:49], PARAMS) == PARAMS.vendor_weights


def test_vendors_who_are_both_wrong_keep_the_settings_weights():
    questions = [
        question(
            n, asked=0, resolved=1, outcome=n % 2, forecasts=dict.fromkeys(("gpt", "claude"), 0.01 if n % 2 else 0.99)
        )
        for n in range(400)
    ]
    assert vendor_weights([lesson_of(each) for each in questions], PARAMS) == PARAMS.vendor_weights


def test_certain_forecasts_and_prices_teach_nothing():
    assert lesson_of(question(1, asked=0, resolved=1, forecasts={"gpt": 1.0})) is None
    lesson = lesson_of(question(2, asked=0, resolved=1, forecasts={"gpt": 0.0, "claude": 0.4}, price=1.0))
    assert (set(lesson.log_odds), lesson.price) == ({"claude"}, None)


def test_nothing_answered_teaches_nothing():
    assert fit([], [], fitted_at=question(1, asked=0, resolved=1).resolved_at, params=PARAMS) == {}


def test_answers_that_came_early_do_not_teach_for_those_still_open():
    """Half of the questions are answered at once, all of them with yes: what the other half will say is not known."""
    asked = world(5, n=200)
    early = [msgspec.structs.replace(each, outcome=1) for each in asked[::2]]
    still_open = [each.asked_at for each in asked[1::2]]
    assert fit(early, still_open, fitted_at=asked[-1].resolved_at, params=PARAMS) == {}
    fully = [*early, *(msgspec.structs.replace(each, outcome=0) for each in asked[1::2])]
    found = fit(fully, (), fitted_at=asked[-1].resolved_at, params=PARAMS)["climate"]
    assert found.resolutions == 200


def test_only_the_fair_part_of_the_answers_teaches():
    asked = world(6, n=200)
    still_open = [each.asked_at for each in asked[100:] if int(each.id[1:]) % 2]
    known = [each for each in asked if each.asked_at not in still_open]
    found = fit(known, still_open, fitted_at=asked[-1].resolved_at, params=PARAMS)[POOLED]
    assert 100 < found.resolutions < 120


def test_questions_of_one_event_share_its_luck():
    alone = world(7, n=100)
    fivefold = [
        msgspec.structs.replace(each, id=f"{each.id}-{copy}", event=each.id) for each in alone for copy in range(5)
    ]
    apart = [msgspec.structs.replace(each, event=each.id) for each in fivefold]
    once, together, naive = (learned(questions)["climate"].blend_stderr for questions in (alone, fivefold, apart))
    assert naive < 0.7 * once
    assert together > 1.3 * naive


def test_questions_of_one_title_are_one_event():
    first, again = question(1, asked=0, resolved=1), question(2, asked=5, resolved=6)
    assert lesson_of(first).event != lesson_of(again).event
    assert lesson_of(msgspec.structs.replace(again, title=first.title)).event == lesson_of(first).event
