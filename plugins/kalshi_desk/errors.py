"""The desk's error tree. Facts are attributes; the text comes from ``__str__``.

DeskError
├── SettingsError            the environment is wrong; lists every fault
├── ParseError               something from outside is not what its source promises
│   └── UnitError            a number does not fit its exact unit
├── SequenceGap              a numbered stream skipped or repeated
├── UnknownFee               a fee type that the desk cannot compute
├── BrokerAway               Kafka does not answer
├── ClockError               the machine's clock was set back too far
├── LeaseLost                another process owns the account now
├── LedgerError              the ledger and its own rules disagree
├── QualityError             rows that the desk's expectations call wrong
├── ModelFileError           a model's file is missing or not the one that was tried
├── SourceError              a source of news or figures said no
│   └── SourceAway           it did not answer for now; the read may be repeated
├── SinkAway                 no alert can be delivered for now
└── VenueError               the venue answered, or did not
    ├── Retryable            a read that may be asked again
    ├── Rejected             a definite no
    └── OutcomeUnknown       a write whose result nobody told us
"""

from __future__ import annotations


class DeskError(Exception):
    """Base of everything the desk raises on purpose."""


class SettingsError(DeskError):
    """Settings that cannot be used; ``faults`` lists all of them."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(faults)

    def __str__(self) -> str:
        return "; ".join(self.faults)


class ParseError(DeskError):
    """A frame, body or field from ``source`` that is not what it promises to be."""

    def __init__(self, source: str, problem: str, payload: str = "") -> None:
        self.source, self.problem, self.payload = source, problem, payload[:400]
        super().__init__(source, problem, self.payload)

    def __str__(self) -> str:
        return f"{self.source}: {self.problem}" + (f" in {self.payload}" if self.payload else "")


class UnitError(ParseError):
    """A number that its exact unit cannot hold."""


class SequenceGap(DeskError):
    """A stream numbered by its source went from ``expected`` to ``got``."""

    def __init__(self, stream: str, expected: int, got: int) -> None:
        self.stream, self.expected, self.got = stream, expected, got
        super().__init__(stream, expected, got)

    def __str__(self) -> str:
        return f"{self.stream}: expected {self.expected}, got {self.got}"


class UnknownFee(DeskError):
    """A fee that the desk cannot compute exactly; the market is not traded."""

    def __init__(self, fee_type: str) -> None:
        self.fee_type = fee_type
        super().__init__(fee_type)

    def __str__(self) -> str:
        return f"unknown fee type {self.fee_type!r}"


class BrokerAway(DeskError):
    """Kafka does not answer."""


class ClockError(DeskError):
    """The machine's clock was set back further than a process can wait; its next start takes it as it is."""


class LeaseLost(DeskError):
    """The account's lease belongs to another process now."""


class LedgerError(DeskError):
    """The ledger contradicts itself or the venue."""


class SinkAway(DeskError):
    """What takes alerts does not answer, or asks to wait for too long."""


class QualityError(DeskError):
    """Critical expectations that an interval's rows failed."""


class ModelFileError(DeskError):
    """A model's file at ``path`` that cannot be used, and why."""

    def __init__(self, path: str, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class SourceError(DeskError):
    """A source of news or figures that gave no usable answer; ``problem`` holds no key."""

    def __init__(self, source: str, problem: str) -> None:
        self.source, self.problem = source, problem[:200]
        super().__init__(source, self.problem)

    def __str__(self) -> str:
        return f"{self.source}: {self.problem}"


class SourceAway(SourceError):
    """A source that did not answer, or asks to come again later."""


class VenueError(DeskError):
    """An answer of the venue that is not success."""

    def __init__(self, call: str, status: int | None, code: str, details: str = "") -> None:
        self.call, self.status, self.code, self.details = call, status, code, details[:400]
        super().__init__(call, status, code, self.details)

    def __str__(self) -> str:
        return f"{self.call}: {self.status or 'no answer'} {self.code} {self.details}".rstrip()


class Retryable(VenueError):
    """A read that failed for now and may be repeated."""


class Rejected(VenueError):
    """A definite refusal by the venue."""


class OutcomeUnknown(VenueError):
    """A write without a definite answer: look it up, never repeat it blindly."""
