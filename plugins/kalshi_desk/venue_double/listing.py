"""One market on the simulated venue: its definition, its matcher and what the public has been told of it."""

from __future__ import annotations

from collections import deque

import msgspec

from kalshi_desk.domain.inputs import BookChanged, Lifecycle, MarketTrade
from kalshi_desk.domain.market import Market, MarketStatus, Outcome
from kalshi_desk.domain.units import Count, Nanos, Price
from kalshi_desk.simulation.matching import Matcher
from kalshi_desk.simulation.orders import Execution

KEPT_TRADES = 200
Delta = tuple[Outcome, Price, Count]


class Listing:
    """A market and its book; ``shown`` holds the sizes last told to the public, by outcome and price."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.matcher = Matcher(market.ticker, market.price_ranges)
        self.shown: dict[Outcome, dict[Price, Count]] = {Outcome.YES: {}, Outcome.NO: {}}
        self.trades: deque[MarketTrade] = deque(maxlen=KEPT_TRADES)
        self.volume = Count(0)
        self.settled_at: Nanos | None = None
        self.changed_at: Nanos = market.open_time

    @property
    def tradable(self) -> bool:
        """Whether orders are taken: active and before its close."""
        return self.market.status is MarketStatus.ACTIVE and self.matcher.is_open

    def redefine(self, market: Market) -> None:
        """Take over a new definition."""
        self.market = market
        self.matcher.ranges = market.price_ranges

    def change(self, change: BookChanged) -> tuple[list[Delta], list[Execution]]:
        """Take over a change of the external book: what to tell the public, and which resting orders it fills.

        Raises SequenceGap and ParseError as the book does.
        """
        executions = self.matcher.external(change)
        self.changed_at = change.occurred_at
        deltas = []
        for outcome, levels in ((Outcome.YES, change.yes), (Outcome.NO, change.no)):
            shown, told = self.shown[outcome], dict(levels)
            if change.snapshot:
                told = {price: Count(0) for price in shown} | told
            deltas += [(outcome, price, delta) for price, size in told.items() if (delta := _show(shown, price, size))]
        # what leaves goes first: then no reader sees a crossed book, wherever between two frames it looks
        return sorted(deltas, key=lambda delta: delta[2] > 0), executions

    def trade(self, trade: MarketTrade) -> None:
        """Take over a public trade."""
        self.trades.append(trade)
        self.volume = Count(self.volume + trade.count)

    def step(self, step: Lifecycle) -> None:
        """Take over the end of the market."""
        status = MarketStatus.DETERMINED if step.event == "determined" else MarketStatus.FINALIZED
        if step.event in ("determined", "settled"):
            value = step.settlement_value
            self.market = msgspec.structs.replace(
                self.market, status=status, result=step.result or "", settlement_value=value
            )
        if step.event == "settled":
            self.settled_at = step.at

    def empty(self) -> None:
        """Forget the book of a market that is over."""
        self.matcher.book.lose("closed")
        self.shown = {Outcome.YES: {}, Outcome.NO: {}}


def _show(shown: dict[Price, Count], price: Price, size: Count) -> Count:
    delta = Count(size - shown.get(price, 0))
    if size:
        shown[price] = size
    else:
        shown.pop(price, None)
    return delta
