"""The base of every value that travels on a topic, and its JSON form.

Units travel as decimal strings, instants as ISO 8601 with nanoseconds, probabilities as numbers; ``kind`` names the
struct. A value's bytes are the same on a topic, in a replay line and in an export.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

import msgspec

from kalshi_desk.domain.units import Fixed, Nanos
from kalshi_desk.errors import ParseError, UnitError

T = TypeVar("T")
Probability = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
"""A probability in [0, 1], and ``Stderr`` its standard error: checked where a message is decoded, so at every door."""
Stderr = Annotated[float, msgspec.Meta(ge=0.0)]


def snake(name: str) -> str:
    """Return ``IndexValue`` as ``index_value``."""
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=snake):
    """A value with ``at``: the event time at which the desk knew it."""

    at: Nanos


def to_wire(value: Any) -> str:
    """Return a unit or an instant as it is written; raises NotImplementedError for anything else (for encoders)."""
    if isinstance(value, (Fixed, Nanos)):
        return str(value)
    raise NotImplementedError(type(value).__name__)


def from_wire(kind: type, value: Any) -> Any:
    """Return a unit or an instant of that kind as it was written; raises UnitError (for decoders)."""
    if issubclass(kind, (Fixed, Nanos)) and isinstance(value, str):
        return kind.parse(value)
    raise UnitError(kind.__name__, "expected a decimal string", repr(value))


_encoder = msgspec.json.Encoder(enc_hook=to_wire)


def encode(value: object) -> bytes:
    """Return the JSON of a message (or of any builtins that hold units)."""
    return _encoder.encode(value)


class Decoder(Generic[T]):
    """Decode the JSON of one struct or union; raises ParseError and nothing else, also for a record without a value."""

    def __init__(self, kind: type[T] | Any, source: str) -> None:
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind, dec_hook=from_wire)
        self._source = source

    def __call__(self, payload: bytes | str | None) -> T:
        if payload is None:
            raise ParseError(self._source, "no value")
        try:
            return self._decoder.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, UnitError, RecursionError) as fault:
            text = payload if isinstance(payload, str) else payload.decode("utf-8", "replace")
            raise ParseError(self._source, str(fault), text) from fault
