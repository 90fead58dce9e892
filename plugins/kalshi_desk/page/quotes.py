"""Markets and coins as rows: our fair value beside what the book asks, spot beside the index."""

from __future__ import annotations

from dataclasses import dataclass

from kalshi_desk.domain.inputs import IndexTick, IndexValue, SpotTrade
from kalshi_desk.domain.market import Market, Quote
from kalshi_desk.domain.units import Nanos
from kalshi_desk.page.facts import Facts
from kalshi_desk.page.words import question
from kalshi_desk.steps.market_view import Belief, tradable

MOST = 30


@dataclass(frozen=True)
class MarketRow:
    """An open market; ``quote`` is None while its book is unknown.

    ``book_at`` is when the book last changed, ``seen_at`` when the venue's feed last showed that it lives: an unbroken
    book is as fresh as its feed.
    """

    market: Market
    words: str
    quote: Quote | None
    book_at: Nanos | None
    seen_at: Nanos | None
    fair: Belief | None
    why_not: str | None

    @property
    def lead(self) -> float | None:
        """By how much our value lies outside the quote, in dollars before fees: > 0 above the ask or below the bid."""
        if self.fair is None or self.quote is None or self.quote.bid is None or self.quote.ask is None:
            return None
        return max(self.fair.p_yes - self.quote.ask.number, self.quote.bid.number - self.fair.p_yes)


@dataclass(frozen=True)
class CoinRow:
    """A coin: its index, the mean of the settlement minute while it runs, the last trade of each exchange."""

    coin: str
    index: IndexValue | IndexTick | None
    window: IndexValue | None
    trades: list[SpotTrade]


def market_rows(facts: Facts) -> list[MarketRow]:
    """Return the open markets, the next to close first, those with a fair value before those without."""
    now = facts.now
    if now is None:
        return []
    markets = [market for market in facts.live.view.markets.values() if tradable(market, now)]
    fair = facts.live.view.beliefs
    markets.sort(key=lambda market: (market.close_time, market.ticker not in fair, market.ticker))
    refused = {refusal.ticker: refusal.reason for refusal in reversed(facts.live.refusals)}
    return [_row(facts, market, refused.get(market.ticker)) for market in markets[:MOST]]


def _row(facts: Facts, market: Market, why_not: str | None) -> MarketRow:
    book = facts.live.view.books.get(market.ticker)
    return MarketRow(
        market=market, words=question(market, market.ticker),
        quote=None if book is None or not book.usable else book.quote(),
        book_at=facts.live.book_at.get(market.ticker),
        seen_at=facts.live.view.alive_at,
        fair=facts.live.view.beliefs.get(market.ticker), why_not=why_not,
    )  # fmt: skip


def coin_rows(facts: Facts) -> list[CoinRow]:
    """Return one row a coin of the settings."""
    return [_coin(facts, coin) for coin in facts.coins]


def _coin(facts: Facts, coin: str) -> CoinRow:
    live = facts.live
    window = live.window.get(coin)
    running = window is not None and window.window_count is not None and window.window_mean is not None
    trades = [live.spot[key] for key in sorted(live.spot) if key[0] == coin]
    return CoinRow(coin, live.index.get(coin), window if running else None, trades)
