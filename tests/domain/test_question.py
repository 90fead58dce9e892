import math

import pytest

from kalshi_desk.domain.message import Decoder, encode
from kalshi_desk.domain.question import Question
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError

ASKED = Nanos.parse("2026-11-01T00:00:00Z")
RAIN = Question(
    id="Q1", title="Will it rain?", category="Climate", asked_at=ASKED, resolved_at=Nanos(ASKED + 1), outcome=1,
    price=0.5, forecasts={"gpt": 0.6, "claude": 1.0},
)  # fmt: skip


def test_a_question_survives_a_file():
    assert Decoder(Question, "questions")(encode(RAIN)) == RAIN


@pytest.mark.parametrize("wrong", [{"price": 50}, {"forecasts": {"gpt": -0.1}}, {"outcome": 2}, {"asked_at": "May"}])
def test_what_is_no_probability_outcome_or_instant_is_refused_when_read(wrong):
    import json

    line = json.dumps({**json.loads(encode(RAIN)), **wrong})
    with pytest.raises(ParseError):
        Decoder(Question, "questions")(line)


def test_not_a_number_is_no_probability():
    with pytest.raises(ValueError, match="Q1"):
        Question(**{**{name: getattr(RAIN, name) for name in RAIN.__struct_fields__}, "price": math.nan})
