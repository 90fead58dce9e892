import json

import pytest

from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.recordings.questions import instant, read_questions

ASKED = {
    "id": "a", "title": "Will it rain?", "category": "weather", "asked_at": "2026-01-01T00:00:00Z",
    "resolved_at": "2026-01-02T00:00:00Z", "outcome": 1, "price": 0.4, "forecasts": {"gpt": 0.6},
}  # fmt: skip


@pytest.fixture
def read(tmp_path):
    """Read lines (or texts) as a questions file."""

    def read_lines(*lines):
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        (tmp_path / "q.jsonl").write_text("\n".join(texts))
        return read_questions(tmp_path / "q.jsonl")

    return read_lines


def test_a_line_is_a_question(read):
    [question] = read(ASKED, "")
    assert (question.id, question.outcome, question.price, question.forecasts) == ("a", 1, 0.4, {"gpt": 0.6})
    assert question.resolved_at - question.asked_at == 86_400 * 10**9
    assert question.evidence == ()


def test_more_fields_are_free_and_a_null_price_is_none(read):
    assert read(ASKED | {"price": None, "note": [1]})[0].price is None


@pytest.mark.parametrize("text", ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01T01:00:00+01:00"])
def test_no_zone_is_utc(text):
    assert instant(text) == Nanos.parse("2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (ASKED | {"id": "b", "price": 50}, "b: not probabilities: {'price': 50.0}"),
        (ASKED | {"id": "b", "forecasts": {"gpt": -0.1}}, "not probabilities"),
        (json.dumps(ASKED | {"id": "b", "price": float("nan")}), "malformed"),
        (ASKED | {"id": "b", "forecasts": {"gpt": None}}, "Expected `float`, got `null`"),
        (ASKED | {"id": "b", "forecasts": {"gpt": "0.5"}}, "Expected `float`"),
        (ASKED | {"id": "b", "forecasts": {"mix": 0.5}}, "'mix' is not the name of a forecaster"),
        (ASKED | {"id": "b", "forecasts": {"": 0.5}}, "'' is not the name of a forecaster"),
        (ASKED | {"id": "b", "outcome": 2}, "Invalid enum value 2"),
        (ASKED | {"id": "b", "resolved_at": "2026-01-01T00:00:00Z"}, "not after it was asked"),
        (ASKED | {"id": "b", "asked_at": "yesterday"}, "ISO 8601"),
        (ASKED | {"id": "b", "asked_at": 1}, "ISO 8601"),
        ({key: value for key, value in ASKED.items() if key != "outcome"}, "missing required field `outcome`"),
        (ASKED, "the id a stands in line 1 already"),
        ("[" * 5000, "depth"),
        ("no json", "malformed"),
        (b"\xff".decode("latin-1"), "malformed"),
        ("[]", "Expected `object`"),
    ],
)
def test_a_mistake_names_its_line(read, line, said):
    with pytest.raises(ParseError, match=r"^q\.jsonl:2: ") as caught:
        read(ASKED, line)
    assert said in str(caught.value)


def test_an_empty_file_and_none_at_all(read, tmp_path):
    with pytest.raises(ParseError, match="holds no question"):
        read("")
    with pytest.raises(ParseError, match="cannot be read"):
        read_questions(tmp_path / "none.jsonl")
