import inspect

import pytest

from kalshi_desk import errors
from kalshi_desk.errors import (
    DeskError,
    ModelFileError,
    OutcomeUnknown,
    ParseError,
    Rejected,
    Retryable,
    SequenceGap,
    SettingsError,
    SourceAway,
    SourceError,
    UnitError,
    UnknownFee,
    VenueError,
)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SettingsError(["A: wrong", "B: missing"]), "A: wrong; B: missing"),
        (ParseError("kraken", "no price"), "kraken: no price"),
        (ParseError("kraken", "no price", "{}"), "kraken: no price in {}"),
        (SequenceGap("book T", 8, 10), "book T: expected 8, got 10"),
        (ModelFileError("model.onnx", "sha256 00"), "model.onnx: sha256 00"),
        (SourceAway("gdelt", "HTTP 429"), "gdelt: HTTP 429"),
        (UnknownFee("flat"), "unknown fee type 'flat'"),
        (Rejected("POST /orders", 400, "invalid_price"), "POST /orders: 400 invalid_price"),
        (OutcomeUnknown("POST /orders", None, "timeout", "5 s"), "POST /orders: no answer timeout 5 s"),
    ],
)
def test_an_error_says_its_facts(error, text):
    assert str(error) == text


def test_payloads_are_cut():
    assert len(ParseError("x", "y", "z" * 1_000).payload) == 400
    assert len(Rejected("x", 400, "y", "z" * 1_000).details) == 400


def test_the_tree_is_drawn_as_it_is():
    tree = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    assert all(issubclass(kind, DeskError) for kind in tree)
    assert all(f" {kind.__name__} " in errors.__doc__ for kind in tree if kind is not DeskError)
    assert issubclass(UnitError, ParseError)
    assert issubclass(SourceAway, SourceError)
    assert all(issubclass(kind, VenueError) for kind in (Retryable, Rejected, OutcomeUnknown))
