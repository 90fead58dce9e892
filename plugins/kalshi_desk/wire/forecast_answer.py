"""What a model answered, read strictly: a probability strictly between 0 and 1, or the fault that it has."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from kalshi_desk.domain.spend import Usage
from kalshi_desk.domain.units import Cash

ANSWER_CHARS = 4_000
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"reason": {"type": "string"}, "probability": {"type": "number"}},
    "required": ["reason", "probability"],
    "additionalProperties": False,
}


class Fault(StrEnum):
    """Why there is no probability."""

    REFUSAL = "refusal"
    TRUNCATED = "truncated"
    PROSE = "prose"
    WRONG_SHAPE = "wrong_shape"
    OUT_OF_RANGE = "out_of_range"
    CERTAIN = "certain"
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    VENDOR_DOWN = "vendor_down"
    UNAUTHORIZED = "unauthorized"
    REJECTED = "rejected"


UNANSWERED = frozenset({Fault.TIMEOUT, Fault.RATE_LIMITED, Fault.VENDOR_DOWN, Fault.UNAUTHORIZED, Fault.REJECTED})


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One call's outcome: either ``p_yes`` or ``fault``; ``text`` is None where the model did not answer."""

    text: str | None
    p_yes: float | None
    fault: Fault | None
    usage: Usage
    cost: Cash


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    reason: str
    probability: float


_decode = msgspec.json.Decoder(_Body, strict=True).decode


def probability(text: str) -> float | Fault:
    """Return the probability in a model's answer, or the fault that keeps it from being one; never clamps."""
    try:
        p = _decode(text).probability
    except msgspec.ValidationError:
        return Fault.WRONG_SHAPE
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return _unreadable(text)
    if p in (0, 1):
        return Fault.CERTAIN
    return p if 0 < p < 1 else Fault.OUT_OF_RANGE


def _unreadable(text: str) -> Fault:
    start = text.strip()
    return Fault.TRUNCATED if start.startswith("{") and not start.endswith("}") else Fault.PROSE


def answered(text: str, *, usage: Usage, cost: Cash, stopped: Fault | None = None) -> Answer:
    """Return the answer of a call that brought ``text``; ``stopped`` says that the model did not end by itself."""
    found = probability(text) if stopped is None else stopped
    kept = text.replace("\x00", "\ufffd")[:ANSWER_CHARS]
    if isinstance(found, Fault):
        return Answer(text=kept, p_yes=None, fault=found, usage=usage, cost=cost)
    return Answer(text=kept, p_yes=found, fault=None, usage=usage, cost=cost)


def unanswered(fault: Fault, cost: Cash) -> Answer:
    """Return the outcome of a call without an answer; ``cost`` is what the vendor may charge for it all the same."""
    return Answer(text=None, p_yes=None, fault=fault, usage=Usage(input=0, output=0), cost=cost)
