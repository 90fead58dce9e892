"""The venue's books from the sequenced frames of one connection: change sets, snapshots and losses."""

from __future__ import annotations

from dataclasses import dataclass, field

from kalshi_desk.domain.inputs import BookChanged, BookLost
from kalshi_desk.domain.units import Nanos
from kalshi_desk.wire.kalshi_commands import Command
from kalshi_desk.wire.kalshi_ws import Frame


@dataclass
class BookNews:
    """What frames brought: messages to publish and commands to send."""

    messages: list[BookChanged | BookLost] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)


class KalshiBooks:
    """All books of one connection; versions per ticker survive reconnects."""

    def take(self, frame: Frame, at: Nanos) -> BookNews:
        """Take a frame of any kind, in order; ``at`` is its receipt in event time."""
        raise NotImplementedError

    def flush(self, at: Nanos) -> BookNews:
        """Publish the open change set and every full snapshot that is due (30 s): after each batch, and on a timer."""
        raise NotImplementedError

    def disconnected(self, at: Nanos, reason: str) -> BookNews:
        """Drop everything: the next connection numbers anew."""
        raise NotImplementedError

    def forget(self, ticker: str) -> None:
        """Stop keeping a market that is no longer watched."""
        raise NotImplementedError
