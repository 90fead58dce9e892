"""From an input to an approved order: the crypto desk's own reducers over a synthetic market, without a broker."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from kalshi_desk.bench.figures import Figure, figure
from kalshi_desk.domain.decisions import Signal
from kalshi_desk.domain.inputs import CryptoInput, FeedAlive, MarketTrade
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.replay.desk import DeskParams, ReplayDesk, Result
from kalshi_desk.simulation.synthetic import SyntheticMarket

SEED, BEGIN = 7, Nanos.parse("2026-11-21T12:00:00Z")
SOURCE, ALIVE_EVERY_S = "kalshi", 5


class TimedDesk(ReplayDesk):
    """A desk that keeps the seconds of each input and of each signal at the gate, and the orders it approved."""

    def __init__(self, params: DeskParams) -> None:
        super().__init__(params)
        self.inputs: list[float] = []
        self.judged: list[float] = []
        self.orders: list[Order] = []

    def take(self, message: CryptoInput, seen: str) -> list[Result]:
        """Take one input, timed."""
        began = perf_counter()
        found = super().take(message, seen)
        self.inputs.append(perf_counter() - began)
        self.orders += [one for one in found if isinstance(one, Order)]
        return found

    def _judge(self, signal: Signal) -> None:
        began = perf_counter()
        super()._judge(signal)
        self.judged.append(perf_counter() - began)


def synthetic_inputs(seconds: int) -> Iterator[CryptoInput]:
    """Yield what a feed would publish of so many seconds of event time."""
    market = SyntheticMarket.begin(SEED, BEGIN)
    yield from (one for one in market.standing() if not isinstance(one, MarketTrade))
    for second in range(1, seconds + 1):
        at = Nanos(BEGIN + second * NANOS)
        yield from (one for one in market.advance(at) if not isinstance(one, MarketTrade))
        if second % ALIVE_EVERY_S == 0:
            yield FeedAlive(at=at, source=SOURCE)


def trade(params: DeskParams, seconds: int) -> TimedDesk:
    """Let a desk trade a synthetic market for so long, and return it with its timings."""
    desk = TimedDesk(params)
    for number, message in enumerate(synthetic_inputs(seconds)):
        desk.take(message, str(number))
    return desk


def figures(desk: TimedDesk) -> list[Figure]:
    """Return what each input took through the whole desk, and each signal through gate and sizing."""
    return [figure("input through the crypto desk", desk.inputs), figure("signal through gate and sizing", desk.judged)]
