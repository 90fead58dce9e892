import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.spend import Usage
from kalshi_desk.domain.units import Cash
from kalshi_desk.wire.forecast_answer import ANSWER_CHARS, SCHEMA, UNANSWERED, Fault, answered, probability, unanswered
from tests.models import answer

USAGE = Usage(input=10, output=5)


@pytest.mark.parametrize("p", [0.5, 0.03, 0.999, 1e-6])
def test_a_probability_comes_back_as_it_is(p):
    assert probability(answer(p)) == p


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (answer(50), Fault.OUT_OF_RANGE),
        (answer(1.0001), Fault.OUT_OF_RANGE),
        (answer(-0.2), Fault.OUT_OF_RANGE),
        (answer(0), Fault.CERTAIN),
        (answer(1), Fault.CERTAIN),
        (answer(1.0), Fault.CERTAIN),
        ('{"reason": "a", "probability": 1e999}', Fault.WRONG_SHAPE),
        ('{"reason": "a", "probability": NaN}', Fault.PROSE),
        ('{"reason": "a", "probability": Infinity}', Fault.PROSE),
        ('{"reason": "a", "probability": "0.5"}', Fault.WRONG_SHAPE),
        ('{"reason": "a", "probability": null}', Fault.WRONG_SHAPE),
        ('{"reason": "a", "probability": [0.5]}', Fault.WRONG_SHAPE),
        ('{"probability": 0.5}', Fault.WRONG_SHAPE),
        ('{"reason": "a", "probability": 0.5, "price": 0.4}', Fault.WRONG_SHAPE),
        ("[0.5]", Fault.WRONG_SHAPE),
        ("0.5", Fault.WRONG_SHAPE),
        ("I think 50 %.", Fault.PROSE),
        ('```json\n{"reason": "a", "probability": 0.5}\n```', Fault.PROSE),
        ('Sure: {"reason": "a", "probability": 0.5}', Fault.PROSE),
        ("", Fault.PROSE),
        ('{"reason": "a", "probability": 0.', Fault.TRUNCATED),
        ('{"reason": "a', Fault.TRUNCATED),
        ("{" * 5000, Fault.TRUNCATED),
    ],
)
def test_what_is_no_probability_is_a_fault(text, fault):
    assert probability(text) is fault


@given(st.text() | st.builds(lambda p: answer(p), st.floats(allow_nan=False, allow_infinity=False)))
def test_nothing_is_clamped_and_nothing_raises(text):
    found = probability(text)
    assert isinstance(found, Fault) or 0 < found < 1


def test_a_model_that_was_stopped_has_no_probability_even_if_one_can_be_read():
    got = answered(answer(0.4), usage=USAGE, cost=Cash(7), stopped=Fault.TRUNCATED)
    assert (got.p_yes, got.fault, got.cost) == (None, Fault.TRUNCATED, Cash(7))


def test_the_text_is_kept_so_that_a_table_can_hold_it():
    got = answered("a\x00b" + "c" * 9000, usage=USAGE, cost=Cash(0))
    assert got.text is not None
    assert len(got.text) == ANSWER_CHARS
    assert "\x00" not in got.text


def test_nobody_answered():
    got = unanswered(Fault.TIMEOUT, Cash(9))
    assert (got.text, got.p_yes, got.fault, got.cost) == (None, None, Fault.TIMEOUT, Cash(9))
    assert Fault.TIMEOUT in UNANSWERED
    assert Fault.REFUSAL not in UNANSWERED


def test_the_schema_is_strict():
    assert set(SCHEMA["required"]) == set(SCHEMA["properties"])
    assert SCHEMA["additionalProperties"] is False
