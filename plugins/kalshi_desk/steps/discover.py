"""Judge the venue's markets one by one, and choose which to watch and which desk owns each.

A market of the forecast desk is refused with its first reason, or ranked by what attention to it is worth. What is
held, or has an order at the venue, is watched whatever the filters say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from kalshi_desk.domain.attention import attention
from kalshi_desk.domain.control import Watch
from kalshi_desk.domain.fees import fee_known
from kalshi_desk.domain.market import UNCATEGORISED, Market, MarketStatus, Quote
from kalshi_desk.domain.units import NANOS, Count, Nanos, Price

AHEAD_NS = 24 * 3600 * NANOS
DAY_NS = 24 * 3600 * NANOS
ALIVE = (MarketStatus.ACTIVE, MarketStatus.INITIALIZED, MarketStatus.INACTIVE)
PARLAY_SERIES = "KXMVE"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a market must satisfy; categories casefolded, an empty ``allowed`` allows all of them."""

    crypto_series: Sequence[str]
    min_volume_24h: Count
    min_open_interest: Count
    max_spread: Price
    min_to_close_ns: int
    max_to_close_ns: int
    allowed: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Listed:
    """A market as listed: its quote, contracts traded in all and in a day, contracts open."""

    market: Market
    quote: Quote
    volume: Count
    volume_24h: Count
    open_interest: Count


@dataclass(frozen=True)
class Candidate:
    """A judged market: ``reason`` why it is not watched, None where it may be; ``score`` None for the crypto desk."""

    watch: Watch
    category: str
    quote: Quote
    volume: Count
    open_interest: Count
    held: bool
    reason: str | None
    score: float | None


@dataclass(frozen=True)
class Choice:
    """Who is watched, by rank, and the next in rank, who may be soon: the bench."""

    watched: list[Candidate]
    bench: list[Candidate]


def owner(series_ticker: str, crypto_series: Sequence[str]) -> str:
    """Return the one desk that may trade a series."""
    return "crypto" if series_ticker in crypto_series else "forecast"


def judge(listed: Listed, *, filters: Filters, held: Collection[str], now: Nanos) -> Candidate:
    """Return a market with its reason or its score; a held one that is alive has no reason."""
    market, desk = listed.market, owner(listed.market.series_ticker, filters.crypto_series)
    kept = market.ticker in held
    reason = _lifeless(market, now)
    if reason is None and desk == "forecast" and not kept:
        reason = refusal(listed, filters=filters, now=now)
    score = attention(market, listed.quote, volume_24h=listed.volume_24h, now=now) if desk == "forecast" else None
    watch = Watch(
        at=now, ticker=market.ticker, series_ticker=market.series_ticker, desk=desk,
        open_time=market.open_time, close_time=market.close_time,
    )  # fmt: skip
    return Candidate(
        watch, market.category or UNCATEGORISED, listed.quote, listed.volume, listed.open_interest,
        held=kept, reason=reason, score=score,
    )  # fmt: skip


def refusal(listed: Listed, *, filters: Filters, now: Nanos) -> str | None:
    """Return the first filter of the forecast desk that a market fails, None where it passes all."""
    market = listed.market
    return (
        ("parlay" if is_parlay(market) else None)
        or _unwanted_category(market.category, filters)
        or _unfit_close(market, filters, now)
        or _illiquid(listed, filters)
        or (None if fee_known(market.fee) else "unknown_fee")
    )


def is_parlay(market: Market) -> bool:
    """Tell whether a market is a bet on several legs: by its series or event, or by a custom strike of many markets."""
    if market.series_ticker.startswith(PARLAY_SERIES) or market.event_ticker.startswith(PARLAY_SERIES):
        return True
    legs = [text for name, text in market.custom_strike.items() if "market" in name.casefold() or "leg" in name]
    return any("," in text for text in legs)


def choose(candidates: Iterable[Candidate], *, size: int) -> Choice:
    """Return the crypto desk's markets by close, then what is held, then the best by score; ties by ticker.

    ``size`` counts the forecast desk's markets, those held among them, all of which stay. The bench is as long.
    """
    passed = [candidate for candidate in candidates if candidate.reason is None]
    crypto = sorted((c for c in passed if c.score is None), key=lambda c: (c.watch.close_time, c.watch.ticker))
    forecast = sorted((c for c in passed if c.score is not None), key=_rank)
    room = max(size, sum(c.held for c in forecast))
    return Choice([*crypto, *forecast[:room]], forecast[room : room + size])


def _rank(candidate: Candidate) -> tuple[bool, float, str]:
    return (not candidate.held, -(candidate.score or 0.0), candidate.watch.ticker)


def _lifeless(market: Market, now: Nanos) -> str | None:
    if market.status not in ALIVE or market.close_time <= now:
        return "closed"
    return "not_open_yet" if market.open_time > now + AHEAD_NS else None


def _unwanted_category(category: str | None, filters: Filters) -> str | None:
    name = (category or UNCATEGORISED).casefold()
    if name in filters.denied:
        return "category_denied"
    return "category_not_allowed" if filters.allowed and name not in filters.allowed else None


def _unfit_close(market: Market, filters: Filters, now: Nanos) -> str | None:
    left = market.close_time - now
    if left < filters.min_to_close_ns:
        return "closes_too_soon"
    return "closes_too_late" if left > filters.max_to_close_ns else None


def _illiquid(listed: Listed, filters: Filters) -> str | None:
    if listed.volume_24h < filters.min_volume_24h:
        return "thin_volume"
    if listed.open_interest < filters.min_open_interest:
        return "thin_open_interest"
    if listed.quote.bid is None or listed.quote.ask is None:
        return "one_sided_quote"
    return "wide_spread" if listed.quote.ask - listed.quote.bid > filters.max_spread else None
