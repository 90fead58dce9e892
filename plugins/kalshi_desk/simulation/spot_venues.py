"""Exchanges around a synthetic index: trades with each venue's rate, lag, spread, noise and basis."""

from __future__ import annotations

from math import exp
from random import Random

import msgspec

from kalshi_desk.domain.inputs import SpotTrade
from kalshi_desk.domain.units import IndexPrice, Nanos, Quantity
from kalshi_desk.simulation.index_path import TICK, IndexPath


class SpotVenue(msgspec.Struct, frozen=True):
    """One exchange: trades a second, lag behind the index in ms, noise, half spread and basis in basis points."""

    name: str
    rate: float
    lag_ms: int
    noise_bp: float
    half_spread_bp: float
    basis_bp: float = 0.0


SPOT_VENUES = (
    SpotVenue("coinbase", 1.2, 50, 0.10, 0.05),
    SpotVenue("kraken", 0.5, 150, 0.25, 0.10),
    SpotVenue("bitstamp", 0.3, 300, 0.40, 0.20),
    SpotVenue("gemini", 0.2, 250, 0.40, 0.25),
    SpotVenue("binance", 1.5, 20, 0.10, 0.02, basis_bp=3.0),
)


class TradeCounter(msgspec.Struct):
    """The last trade number of each venue and coin: venues count their trades by one."""

    last: dict[str, int] = {}


def spot_trades(coin: str, path: IndexPath, *, at: Nanos, counter: TradeCounter, rng: Random) -> list[SpotTrade]:
    """Return the trades of all venues in the tick that ends at ``at``, by time."""
    found = []
    for venue in SPOT_VENUES:
        if rng.random() < venue.rate * TICK / 1e9:
            found.append(_trade(coin, path, at=at, venue=venue, rng=rng))
    found.sort(key=lambda trade: trade.at)
    return [_numbered(trade, counter) for trade in found]


def _trade(coin: str, path: IndexPath, *, at: Nanos, venue: SpotVenue, rng: Random) -> SpotTrade:
    side = 1 if rng.random() < 0.5 else -1
    points = venue.basis_bp + venue.noise_bp * rng.gauss(0, 1) + side * venue.half_spread_bp
    price = path.before(venue.lag_ms * 1_000_000) * (1 + points / 10_000)
    when = Nanos(at - rng.randrange(TICK // 1_000_000) * 1_000_000)
    size = min(5.0, exp(rng.gauss(-4.5, 1.3))) * (30 if coin == "ETH" else 1)
    return SpotTrade(
        at=when,
        occurred_at=when,
        underlying=coin,
        venue=venue.name,
        price=IndexPrice(round(price * 100) * 10**6),
        size=Quantity(max(1, round(size * 10**6)) * 100),
        trade_id="",
    )


def _numbered(trade: SpotTrade, counter: TradeCounter) -> SpotTrade:
    key = f"{trade.venue} {trade.underlying}"
    counter.last[key] = counter.last.get(key, 0) + 1
    return msgspec.structs.replace(trade, trade_id=str(counter.last[key]))
