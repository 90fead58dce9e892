"""A synthetic crypto market from a seed: index, exchanges, listed markets, makers and settlement.

It moves in ticks of 0.2 s of event time, each drawn from (seed, tick) alone: the same seed and start give the same
messages however the caller slices time, and a state written down and read back goes on as if nothing had happened.
"""

from __future__ import annotations

from math import sqrt
from random import Random

import msgspec

from kalshi_desk.domain.inputs import (
    BookChanged,
    IndexTick,
    IndexValue,
    Lifecycle,
    MarketDefined,
    MarketTrade,
    SpotTrade,
)
from kalshi_desk.domain.message import Decoder, encode
from kalshi_desk.domain.units import NANOS, IndexPrice, Nanos
from kalshi_desk.simulation import listed
from kalshi_desk.simulation.forecast_world import ForecastWorld
from kalshi_desk.simulation.index_path import TICK, IndexPath, PathParams, mean_of, window_end
from kalshi_desk.simulation.listed import ListedMarket
from kalshi_desk.simulation.listings import INDEX_IDS, QUARTER
from kalshi_desk.simulation.maker import MakerParams
from kalshi_desk.simulation.spot_venues import TradeCounter, spot_trades

MarketMessage = SpotTrade | IndexValue | IndexTick | MarketDefined | BookChanged | Lifecycle | MarketTrade
USUAL_COINS = {"BTC": PathParams(91_000.0, 0.50), "ETH": PathParams(3_050.0, 0.65)}
_CORRELATION = 0.7
_WARM_UP = 75 * NANOS


class SyntheticParams(msgspec.Struct, frozen=True):
    """What a synthetic market is made of, by coin and series kind."""

    coins: dict[str, PathParams] = msgspec.field(default_factory=lambda: dict(USUAL_COINS))
    up_down: MakerParams = MakerParams()
    ladder: MakerParams = MakerParams(every_ms=2_500, nap_chance=0.03, nap_s=(6.0, 20.0), half_spread=0.012)


class ForecastPlan(msgspec.Struct, frozen=True):
    """Since when so many forecast markets have been listed: all that their world depends on besides the seed."""

    begin: Nanos
    markets: int


class SyntheticState(msgspec.Struct):
    """All that a synthetic market knows at ``at``, which is a whole tick."""

    seed: int
    at: Nanos
    paths: dict[str, IndexPath]
    markets: dict[str, ListedMarket]
    counter: TradeCounter
    forecasts: ForecastPlan | None = None


_decode: Decoder[SyntheticState] = Decoder(SyntheticState, "synthetic state")


class SyntheticMarket:
    """The market in motion. ``advance`` is the only way it moves."""

    def __init__(self, state: SyntheticState, params: SyntheticParams | None = None) -> None:
        self.state, self.params = state, params or SyntheticParams()
        self.forecasts: ForecastWorld | None = None

    @classmethod
    def begin(cls, seed: int, start: Nanos, params: SyntheticParams | None = None) -> SyntheticMarket:
        """Return a market at ``start``, warmed up since before the quarter hour so that its strikes are known."""
        given = params or SyntheticParams()
        genesis = Nanos(start // QUARTER * QUARTER - _WARM_UP)
        paths = {coin: IndexPath(price=path.price) for coin, path in given.coins.items()}
        market = cls(SyntheticState(seed, genesis, paths, {}, TradeCounter()), given)
        market.advance(start)
        return market

    @classmethod
    def resume(cls, saved: bytes, params: SyntheticParams | None = None) -> SyntheticMarket:
        """Return the market that ``save`` wrote down; raises ParseError."""
        return cls(_decode(saved), params)

    def save(self) -> bytes:
        """Return the state as JSON."""
        return encode(self.state)

    def forecast(self, markets: int) -> None:
        """List forecast markets from now on, or go on with those of the saved plan; never fewer than before."""
        plan = self.state.forecasts or ForecastPlan(self.state.at, 0)
        self.state.forecasts = ForecastPlan(plan.begin, max(plan.markets, markets))
        if self.state.forecasts.markets:
            self.forecasts = ForecastWorld(self.state.seed, plan.begin, self.state.forecasts.markets)
            self.forecasts.start(self.state.at)

    def advance(self, until: Nanos) -> list[MarketMessage]:
        """Move to the last whole tick at or before ``until`` and return what happened, in order of time."""
        messages: list[MarketMessage] = []
        while self.state.at + TICK <= until:
            self.state.at = Nanos(self.state.at + TICK)
            messages += self._tick(self.state.at)
        return messages

    def standing(self) -> list[MarketMessage]:
        """Return definitions and whole books of all listed markets, as a newcomer must be told."""
        at = self.state.at
        messages: list[MarketMessage] = []
        for market in self.state.markets.values():
            messages += listed.standing(market, at)
        if self.forecasts is not None:
            messages += self.forecasts.standing(at)
        return messages

    def _tick(self, at: Nanos) -> list[MarketMessage]:
        # one generator per (seed, tick): no hidden state between ticks, so any tick can be a resumption
        rng = Random((self.state.seed << 48) + at // TICK)  # noqa: S311 - a simulation, not a secret
        of_all = rng.gauss(0, 1)
        messages: list[MarketMessage] = []
        for coin, path in self.state.paths.items():
            shock = sqrt(_CORRELATION) * of_all + sqrt(1 - _CORRELATION) * rng.gauss(0, 1)
            path.step(self.params.coins[coin], shock=shock, rng=rng)
            messages += spot_trades(coin, path, at=at, counter=self.state.counter, rng=rng)
        messages.sort(key=lambda message: message.at)
        for coin, path in self.state.paths.items():
            messages += _index(coin, path, at)
        if at % NANOS == 0:
            messages += self._lives(at)
            messages += self.forecasts.advance(at) if self.forecasts is not None else []
        return messages + self._books(at, rng)

    def _lives(self, at: Nanos) -> list[MarketMessage]:
        messages: list[MarketMessage] = []
        spots: dict[str, IndexPrice] = {coin: path.published for coin, path in self.state.paths.items()}
        for market in listed.new_markets(self.state.markets, spots, at):
            self.state.markets[market.market.ticker] = market
            messages.append(MarketDefined(at=at, market=market.market))
        for ticker, market in list(self.state.markets.items()):
            messages += listed.live(market, self.state.paths[market.underlying], at)
            if listed.forgotten(market, at):
                del self.state.markets[ticker]
        return messages

    def _books(self, at: Nanos, rng: Random) -> list[MarketMessage]:
        messages: list[MarketMessage] = []
        for market in self.state.markets.values():
            if market.quoted(at):
                maker = self.params.up_down if market.is_up_down else self.params.ladder
                params = maker, self.params.coins[market.underlying]
                path = self.state.paths[market.underlying]
                messages += listed.quote(market, path, params=params, at=at, rng=rng)
        return messages


def _index(coin: str, path: IndexPath, at: Nanos) -> list[MarketMessage]:
    index, value = INDEX_IDS[coin], path.published
    tick = IndexTick(at=at, occurred_at=at, underlying=coin, index_id=index, value=value)
    if at % NANOS:
        return [tick]
    path.fix(at)
    count = len(path.fixings) if window_end(at) - at < 60 * NANOS else 0
    second = IndexValue(
        at=at,
        occurred_at=at,
        underlying=coin,
        index_id=index,
        value=value,
        window_mean=mean_of(sum(path.fixings), count) if count else None,
        window_count=count or None,
        window_end=window_end(at) if count else None,
    )
    return [second, tick]
