"""Market makers of a synthetic market: quotes from an index some time ago, with errors, naps and several levels."""

from __future__ import annotations

from math import erfc, exp, log, sqrt
from random import Random

import msgspec

from kalshi_desk.domain.market import Market
from kalshi_desk.domain.order import price_above, price_below, price_ceil, price_floor
from kalshi_desk.domain.units import NANOS, PAYOUT, Count, Nanos, Price
from kalshi_desk.simulation.index_path import WINDOW, YEAR_S, IndexPath, PathParams


class MakerParams(msgspec.Struct, frozen=True):
    """How good the makers are.

    staleness_ms: age of the index they quote from.  every_ms: mean time between two looks.  nap_chance: of falling
    asleep at a look, for ``nap_s`` seconds, its quotes left standing.  bias: standard deviation of their error in
    probability, with memory ``bias_memory_s``.  sigma_error: the same of ln(volatility).  half_spread in dollars.
    size: contracts at the best level.
    """

    staleness_ms: int = 600
    every_ms: int = 1_000
    nap_chance: float = 0.02
    nap_s: tuple[float, float] = (5.0, 14.0)
    bias: float = 0.008
    bias_memory_s: float = 90.0
    sigma_error: float = 0.05
    half_spread: float = 0.010
    size: float = 80.0
    levels: int = 4


class Quotes(msgspec.Struct):
    """A market's standing quotes: bids of each outcome by price, and the makers' state of mind."""

    next_look: int = 0
    bias: float = 0.0
    sigma_error: float = 0.0
    yes: dict[int, int] = {}
    no: dict[int, int] = {}


def settle_probability(*, spot: float, strike: float, sigma: float, seconds_left: float, fixings: list[int]) -> float:
    """Return P(mean of the 60 prints > strike) as a maker sees it.

    Lognormal mean of the prints to come, the known ones deducted. Source: Levy 1992.
    """
    known = len(fixings) if seconds_left < WINDOW else 0
    coming = WINDOW - known
    if coming == 0:
        return float(sum(fixings) / WINDOW / 1e8 >= strike)
    needed = (WINDOW * strike - sum(fixings[:known]) / 1e8) / coming
    if needed <= 0:
        return 1.0
    wait = max(0.05, seconds_left - coming + 1)
    variance = sigma**2 / YEAR_S * (wait + (coming - 1) * (2 * coming - 1) / (6 * coming))
    return 0.5 * erfc((log(needed / spot) + variance / 2) / sqrt(2 * variance))


def look(
    quotes: Quotes, market: Market, *, path: IndexPath, params: tuple[MakerParams, PathParams], at: Nanos, rng: Random
) -> bool:
    """Requote a market if its makers look at it now; tell whether they did."""
    maker, coin = params
    if at < quotes.next_look or market.floor_strike is None:
        return False
    elapsed = maker.every_ms / 1_000
    quotes.bias = _wander(quotes.bias, maker.bias, elapsed / maker.bias_memory_s, rng)
    quotes.sigma_error = _wander(quotes.sigma_error, maker.sigma_error, elapsed / maker.bias_memory_s, rng)
    fair = settle_probability(
        spot=path.before(maker.staleness_ms * 1_000_000),
        strike=market.floor_strike.number,
        sigma=path.sigma(coin) * exp(quotes.sigma_error),
        seconds_left=(market.close_time - at) / NANOS,
        fixings=path.fixings,
    )
    _requote(quotes, market, fair=fair, maker=maker, rng=rng)
    asleep = rng.uniform(*maker.nap_s) if rng.random() < maker.nap_chance else 0.0
    quotes.next_look = at + round((asleep + elapsed * rng.uniform(0.6, 1.4)) * NANOS)
    return True


def _wander(value: float, spread: float, pull: float, rng: Random) -> float:
    return value * (1 - pull) + spread * sqrt(2 * pull) * rng.gauss(0, 1)


def _requote(quotes: Quotes, market: Market, *, fair: float, maker: MakerParams, rng: Random) -> None:
    """Place levels outwards from the fair price; a level that stays keeps its size."""
    centre = fair + quotes.bias * min(1.0, 8 * fair * (1 - fair))
    half = maker.half_spread * min(1.0, 0.25 + 4 * fair * (1 - fair))
    yes = price_floor(market.price_ranges, _clipped(price_below(centre - half)))
    ask = price_ceil(market.price_ranges, _clipped(price_above(centre + half)))
    quotes.yes = _ladder(quotes.yes, market, top=yes, maker=maker, rng=rng)
    quotes.no = _ladder(quotes.no, market, top=None if ask is None else ask.complement, maker=maker, rng=rng)


def _clipped(price: Price) -> Price:
    return Price(min(max(price, 0), PAYOUT))


def _ladder(
    standing: dict[int, int], market: Market, *, top: Price | None, maker: MakerParams, rng: Random
) -> dict[int, int]:
    levels: dict[int, int] = {}
    price = top
    for depth in range(maker.levels):
        if price is None or price <= 0:
            break
        size = 100 * max(1, round(maker.size * (1 + depth) * exp(rng.gauss(0, 0.6))))
        levels[int(price)] = standing.get(price, size)
        price = price_floor(market.price_ranges, Price(price - 1))
    return levels


def hit(quotes: Quotes, *, side: str, rng: Random) -> tuple[Price, Count] | None:
    """Let a passer-by hit the best bid of an outcome: the price and count traded, None where none stands."""
    levels = quotes.yes if side == "yes" else quotes.no
    if not levels:
        return None
    best = max(levels)
    count = min(levels[best], 100 * max(1, round(exp(rng.gauss(2.0, 1.0)))))
    levels[best] -= count
    if not levels[best]:
        del levels[best]
    return Price(best), Count(count)
