"""How the bets beside an entry hang together with it: the correlation of what settles them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kalshi_desk.domain.correlation import Subject, kinship
from kalshi_desk.domain.crypto.contract import SERIES
from kalshi_desk.domain.market import Market, Outcome
from kalshi_desk.domain.settling import turned, variable
from kalshi_desk.domain.units import PAYOUT
from kalshi_desk.steps.correlate import pair
from kalshi_desk.steps.gate_state import GateParams, GateState


class Bet(msgspec.Struct, frozen=True):
    """What is at stake in one market: signed contracts, + YES, - NO, what they cost, and whether they only rest."""

    ticker: str
    count: int
    cost: int
    rests: bool

    def gains(self, scale: float) -> tuple[float, float]:
        """Return what YES and NO bring, as shares of ``scale``."""
        yes, no = max(0, self.count) * PAYOUT, max(0, -self.count) * PAYOUT
        return (yes - self.cost) / scale, (no - self.cost) / scale


def bets_of(state: GateState) -> Iterator[Bet]:
    """Yield all that is held, by whomever, and the entries that may still fill."""
    for position in state.positions.values():
        yield Bet(position.ticker, position.count, position.cost, rests=False)
    for live in state.orders.values():
        if live.order.action == "enter":
            sign = 1 if live.order.outcome is Outcome.YES else -1
            yield Bet(live.order.ticker, sign * live.open_count, live.risk, rests=True)


class Ties:
    """The ties of one entry: a market and whether YES is bought there."""

    def __init__(self, state: GateState, params: GateParams, market: Market, *, buys_yes: bool) -> None:
        self._state, self._params, self._market, self._yes = state, params, market, buys_yes
        self._variable = variable(market)
        self._category = state.category(market.ticker, params)

    def alike(self, ticker: str) -> bool:
        """Tell whether a market is of the entry's category."""
        return self._state.category(ticker, self._params) == self._category

    def correlation(self, bet: Bet, market: Market) -> float:
        """Return the correlation of a bet's variable with the entry's: 1 for the same, 0 where nothing ties them.

        Coins share one factor. Elsewhere it is what the correlation step found for the two markets, else what their
        event, series and titles suggest; markets of one category with nothing else in common win and lose together.
        """
        if variable(market) == self._variable:
            return 1.0
        if market.series_ticker in SERIES and self._market.series_ticker in SERIES:
            return float(self._params.coin_loading**2)
        found = self._of_yes(bet, market)
        return -found if turned(market) is not turned(self._market) else found

    def _of_yes(self, bet: Bet, market: Market) -> float:
        known = self._state.correlations.get(pair(self._market.ticker, bet.ticker))
        if known is not None:
            return known
        if found := kinship(_subject(self._market), _subject(market)):
            return found
        together = (bet.count > 0) is self._yes
        least = self._params.category_correlation if self.alike(bet.ticker) else 0.0
        return least if together else -least


def _subject(market: Market) -> Subject:
    return Subject(
        ticker=market.ticker, event_ticker=market.event_ticker, series_ticker=market.series_ticker,
        title=market.title, exclusive=bool(market.exclusive), p_yes=None,
    )  # fmt: skip
