"""Replay of an export of ``crypto.inputs.v1``: what ``crypto_signals`` made of it, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from kalshi_desk.domain.inputs import CryptoInput
from kalshi_desk.domain.message import Decoder
from kalshi_desk.errors import DeskError, ParseError
from kalshi_desk.steps.crypto_signals import CryptoParams, CryptoState, Output, reduce

TOPIC = "crypto.inputs.v1"


class Line(msgspec.Struct, frozen=True):
    """A line of an export: where a record stood, and its value as it was."""

    topic: str
    partition: int
    offset: int
    value: msgspec.Raw


def replay_topics(
    lines: Iterable[bytes], *, params: CryptoParams, passed_over: Callable[[str], None]
) -> Iterator[Output]:
    """Yield fair values, signals and refusals of all partitions by event time, each partition from a state of its own.

    ``passed_over`` is told of records that the live app would have put among the dead letters. Raises ParseError for a
    line that is no record of the topic.
    """
    decode: Decoder[CryptoInput] = Decoder(CryptoInput, TOPIC)
    states: dict[int, CryptoState] = {}
    found: list[tuple[int, int, Output]] = []
    for line in _records(lines):
        state = states.setdefault(line.partition, CryptoState())
        try:
            message = decode(bytes(line.value))
            results = reduce(state, message, params=params, seen=str(line.offset))
        except DeskError as fault:
            passed_over(f"{line.partition}:{line.offset} {fault}")
            continue
        found += [(one.at, line.partition, one) for one in results]
    found.sort(key=lambda row: row[:2])
    return (one for _, _, one in found)


def _records(lines: Iterable[bytes]) -> Iterator[Line]:
    """Read lines, each offset of a partition once and in order."""
    read, last = msgspec.json.Decoder(Line), dict[int, int]()
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            line = read.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise ParseError(f"line {number}", str(fault)) from fault
        if line.topic != TOPIC:
            raise ParseError(f"line {number}", f"topic {line.topic} instead of {TOPIC}")
        if line.offset > last.get(line.partition, -1):
            last[line.partition] = line.offset
            yield line
