"""The crypto desk's reducer: inputs of one underlying in, fair values, signals and refusals out.

Event time is the latest ``at`` seen. The state is rebuilt by feeding the last minutes of inputs again and throwing the
outputs away.
"""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.decisions import FairValue, Refusal, Signal
from kalshi_desk.domain.inputs import CryptoInput
from kalshi_desk.domain.limits import DeskLimits, InputLimits


class CryptoParams(msgspec.Struct, frozen=True, kw_only=True):
    """What the reducer is told at start: the account, the series it prices, limits and the publishing rule.

    ``min_venues`` exchanges must be fresh for a composite price (1 where only one is recorded). A fair value is
    published every ``publish_s`` seconds of event time or after a move of ``publish_move``; prices of the underlying
    are acted on at most every ``reprice_s`` seconds.
    """

    account: str
    series: frozenset[str]
    limits: DeskLimits
    inputs: InputLimits = InputLimits()
    min_venues: int = 2
    publish_s: float = 1.0
    publish_move: float = 0.001
    reprice_s: float = 0.05


class CryptoState:
    """All that the reducer knows of one underlying; changed in place by ``reduce``."""


def reduce(
    state: CryptoState, message: CryptoInput, *, params: CryptoParams, seen: str
) -> list[FairValue | Signal | Refusal]:
    """Take one input and return what it leads to, in order; ``seen`` names the input (its offset, as text)."""
    raise NotImplementedError
