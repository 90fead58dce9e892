"""What the venue tells of a forecast market besides its definition: texts of its event, activity, and its series."""

from __future__ import annotations

from math import exp

import msgspec

from kalshi_desk.domain.market import FeeSchedule, Quote
from kalshi_desk.domain.units import Count, Nanos, Price
from kalshi_desk.simulation.forecast_draws import gauss, uniform
from kalshi_desk.simulation.forecast_events import DAY, ForecastEvent
from kalshi_desk.simulation.forecast_markets import MAKER_FEES, QUADRATIC, Rung, event_title, yes_words
from kalshi_desk.simulation.forecast_subjects import by_series, subjects

NO_QUOTE = Quote(None, Count(0), None, Count(0))


class About(msgspec.Struct, frozen=True, kw_only=True):
    """The rest of a market's listing at an instant; counts are contracts, ``settled_at`` None until it is paid."""

    yes_sub_title: str
    created_at: Nanos
    settled_at: Nanos | None
    volume: Count
    volume_24h: Count
    open_interest: Count
    last_price: Price
    quote: Quote


class EventAbout(msgspec.Struct, frozen=True):
    """An event as it is listed; its ``milestone`` is what the world waits for, due at ``milestone_at``."""

    title: str
    mutually_exclusive: bool
    milestone: str
    milestone_at: Nanos


class SeriesAbout(msgspec.Struct, frozen=True, kw_only=True):
    """A series as it is listed."""

    title: str
    category: str
    tags: tuple[str, ...]
    source: str
    fee: FeeSchedule


def series_about(series_ticker: str) -> SeriesAbout | None:
    """Return what is told of a series, None for one that is not of the forecast world."""
    place = by_series().get(series_ticker)
    if place is None:
        return None
    subject = subjects()[place]
    fee = MAKER_FEES if subject.category in ("Financials", "Economics") else QUADRATIC
    return SeriesAbout(
        title=f"{subject.name[0].upper()}{subject.name[1:]}",
        category=subject.category,
        tags=subject.measure.tags,
        source=subject.measure.source,
        fee=fee,
    )


def event_about(event: ForecastEvent) -> EventAbout:
    """Return what is told of an event."""
    measure = event.lane.subject.measure
    milestone = f"{measure.source} publishes {event.lane.subject.name}"
    return EventAbout(event_title(event), event.lane.brackets, milestone, event.closes)


def about(seed: int, event: ForecastEvent, rung: Rung, *, at: Nanos, quote: Quote) -> About:
    """Return the listing of a market at an instant, with the makers' quote of the moment."""
    until = min(at, event.ends)
    total = _volume(seed, event, rung, until)
    lately = total - _volume(seed, event, rung, Nanos(until - DAY)) if at < event.ends + DAY else 0
    paid = event.settles
    return About(
        yes_sub_title=yes_words(event, rung),
        created_at=event.opens,
        settled_at=paid if at >= paid else None,
        volume=Count(total),
        volume_24h=Count(lately),
        open_interest=Count(round(total * (0.3 + 0.4 * uniform(seed, "held", rung.ticker))) // 100 * 100),
        last_price=Price(0) if not total else quote.bid or quote.ask or Price(0),
        quote=quote if at < event.ends else NO_QUOTE,
    )


def _volume(seed: int, event: ForecastEvent, rung: Rung, at: Nanos) -> int:
    """Return the contracts traded since the listing, unit 0.01: some markets are busy, many are quiet."""
    a_day = exp(6.4 + 1.1 * gauss(seed, "busy", event.key) + 0.5 * gauss(seed, "busy", rung.ticker))
    return int(a_day * max(0, at - event.opens) / DAY) * 100
