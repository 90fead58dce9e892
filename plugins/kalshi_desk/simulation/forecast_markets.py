"""The markets of a forecast event as the venue lists them: tickers, texts, thresholds, and how they end."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from kalshi_desk.domain.market import FeeSchedule, Market, MarketStatus
from kalshi_desk.domain.units import NANOS, PAYOUT, IndexPrice, Nanos, Price
from kalshi_desk.simulation.forecast_draws import uniform
from kalshi_desk.simulation.forecast_events import DETERMINED_AFTER, SETTLED_AFTER, ForecastEvent
from kalshi_desk.simulation.forecast_walk import STEPS, Interval, walk
from kalshi_desk.simulation.listings import LINEAR_CENT
from kalshi_desk.simulation.settlement import Result

FORECAST_SHARD = 0
SETTLEMENT_TIMER_S = (SETTLED_AFTER - DETERMINED_AFTER) // NANOS
QUADRATIC = FeeSchedule("quadratic", 10_000)
MAKER_FEES = FeeSchedule("quadratic_with_maker_fees", 10_000)
_NEW_YORK = ZoneInfo("America/New_York")
_MORE = 2


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One market of an event: YES when the number is above ``floor`` and at most ``cap``, as printed numbers."""

    ticker: str
    floor: str | None
    cap: str | None

    def interval(self, event: ForecastEvent) -> Interval:
        """Return the bounds in units of the walk."""
        return _in_walk(event, self.floor), _in_walk(event, self.cap)


def _in_walk(event: ForecastEvent, level: str | None) -> float | None:
    return None if level is None else (float(level) - event.centre) / event.lane.subject.measure.scale


def rungs(seed: int, event: ForecastEvent) -> tuple[Rung, ...]:
    """Return the markets of an event: a ladder of thresholds, or brackets of which exactly one ends with YES."""
    if not event.lane.brackets:
        return tuple(_rung(event, level, None) for level in levels(seed, event, event.lane.rungs))
    bounds = [None, *levels(seed, event, event.lane.rungs - 1), None]
    return tuple(_rung(event, low, high) for low, high in pairwise(bounds))


def _rung(event: ForecastEvent, floor: str | None, cap: str | None) -> Rung:
    tail = f"L{cap}" if floor is None else f"T{floor}" if cap is None else f"B{floor}"
    return Rung(ticker=f"{event.ticker}-{tail}", floor=floor, cap=cap)


def levels(seed: int, event: ForecastEvent, count: int) -> list[str]:
    """Return the thresholds, ascending, around where the number is expected."""
    subject = event.lane.subject
    gap = 0.35 + 0.25 * uniform(seed, "gap", event.key)
    first = 0.9 * (uniform(seed, "first", event.key) - 0.5) - gap * (count - 1) / 2
    return [subject.shown(event.centre + subject.measure.scale * (first + gap * place)) for place in range(count)]


def market(event: ForecastEvent, rung: Rung) -> Market:
    """Return the definition of a market as it is listed."""
    subject = event.lane.subject
    kind = "less_or_equal" if rung.floor is None else "greater" if rung.cap is None else "between"
    return Market(
        ticker=rung.ticker,
        event_ticker=event.ticker,
        series_ticker=subject.series_ticker,
        title=f"Will {subject.name} {_claim(event, rung)} {when(event)}?",
        category=subject.category,
        status=MarketStatus.ACTIVE,
        open_time=event.opens,
        close_time=event.closes,
        strike_type=kind,
        floor_strike=None if rung.floor is None else IndexPrice.parse(rung.floor),
        cap_strike=None if rung.cap is None else IndexPrice.parse(rung.cap),
        custom_strike={},
        rules_primary=(
            f"If {subject.name} {_rule(event, rung)} {when(event)}, according to {subject.measure.source}, then the "
            f"market resolves to Yes."
        ),
        rules_secondary=(
            f"The number is read from the first publication by {subject.measure.source}; later revisions do not count. "
            f"If it is published before the close, the market closes early."
        ),
        price_ranges=LINEAR_CENT,
        fee=fee(event),
        exchange_index=FORECAST_SHARD,
        settlement_timer_s=SETTLEMENT_TIMER_S,
    )


def fee(event: ForecastEvent) -> FeeSchedule:
    """Return the fee schedule of an event's series."""
    return MAKER_FEES if event.lane.subject.category in ("Financials", "Economics") else QUADRATIC


def when(event: ForecastEvent) -> str:
    """Return the listed close in words, New York time."""
    return _in_words(event.closes)


@lru_cache(maxsize=65_536)
def _in_words(at: Nanos) -> str:
    local = at.datetime().astimezone(_NEW_YORK)
    return f"on {local:%b} {local.day}, {local.year} at {local:%H:%M %Z}"


def event_title(event: ForecastEvent) -> str:
    """Return the question of an event, without thresholds."""
    name = event.lane.subject.name
    return f"{name[0].upper()}{name[1:]} {when(event)}?"


def yes_words(event: ForecastEvent, rung: Rung) -> str:
    """Return what YES stands for."""
    unit = event.lane.subject.measure.unit
    if rung.floor is None:
        return f"{rung.cap} {unit} or below"
    return f"Above {rung.floor} {unit}" if rung.cap is None else f"Above {rung.floor} to {rung.cap} {unit}"


def _claim(event: ForecastEvent, rung: Rung) -> str:
    measure = event.lane.subject.measure
    if rung.cap is None:
        return f"{measure.verb} {rung.floor} {measure.unit}"
    return f"be {yes_words(event, rung)[0].lower()}{yes_words(event, rung)[1:]}"


def _rule(event: ForecastEvent, rung: Rung) -> str:
    unit = event.lane.subject.measure.unit
    parts = [f"greater than {rung.floor}"] if rung.floor is not None else []
    parts += [f"less than or equal to {rung.cap}"] if rung.cap is not None else []
    return f"is {' and '.join(parts)} {unit}"


def result_of(seed: int, event: ForecastEvent, rung: Rung) -> Result:
    """Return how a market ends: by the number as it is printed in the end."""
    subject = event.lane.subject
    text = subject.shown(max(0.0, event.centre + subject.measure.scale * walk(seed, event.key, STEPS)), more=_MORE)
    number = float(text)
    yes = (rung.floor is None or number > float(rung.floor)) and (rung.cap is None or number <= float(rung.cap))
    return Result("yes" if yes else "no", PAYOUT if yes else Price(0), text)
