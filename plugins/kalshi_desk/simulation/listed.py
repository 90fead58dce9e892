"""Listed markets of the synthetic venue: their lives from listing to settlement, and their books."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from random import Random

import msgspec

from kalshi_desk.domain.inputs import BookChanged, Level, Lifecycle, MarketDefined, MarketTrade
from kalshi_desk.domain.market import Market, MarketStatus
from kalshi_desk.domain.units import NANOS, Count, IndexPrice, Nanos, Price
from kalshi_desk.simulation.index_path import WINDOW, IndexPath, PathParams, mean_of
from kalshi_desk.simulation.listings import HOUR, QUARTER, ladder, underlying_of, up_down, up_down_ticker
from kalshi_desk.simulation.maker import MakerParams, Quotes, hit, look
from kalshi_desk.simulation.settlement import result_of

UP_DOWN_AHEAD, LADDER_AHEAD = 4, 600 * NANOS
STRIKE_AFTER_OPEN, DETERMINED_AFTER_CLOSE, FORGOTTEN_AFTER = 1 * NANOS, 2 * NANOS, 300 * NANOS
_TRADES_PER_LOOK = 0.12
Message = MarketDefined | BookChanged | Lifecycle | MarketTrade


class ListedMarket(msgspec.Struct):
    """A market with its makers' quotes, the levels last told, and how far its life has come."""

    market: Market
    quotes: Quotes
    told_yes: dict[int, int] = {}
    told_no: dict[int, int] = {}
    version: int = 0
    trades: int = 0

    @property
    def underlying(self) -> str:
        return underlying_of(self.market.ticker)

    @property
    def is_up_down(self) -> bool:
        return self.market.strike_type == "greater_or_equal"

    def quoted(self, at: Nanos) -> bool:
        """Tell whether its makers are at work."""
        market = self.market
        return market.open_time <= at < market.close_time and market.floor_strike is not None


def new_markets(known: Collection[str], spots: Mapping[str, IndexPrice], at: Nanos) -> Iterator[ListedMarket]:
    """Yield the markets to be listed at a whole second: the next 15-minute ones, and ladders shortly before an hour."""
    for coin, spot in spots.items():
        for ahead in range(1, UP_DOWN_AHEAD + 1):
            close = Nanos((at // QUARTER + ahead) * QUARTER)
            ticker = up_down_ticker(coin, close)
            if ticker not in known:
                yield ListedMarket(up_down(ticker, Nanos(close - QUARTER), close), Quotes())
        close = Nanos(((at + LADDER_AHEAD) // HOUR + 1) * HOUR)
        rungs = ladder(coin, close, spot=spot)
        if not _ladder_known(known, rungs[0].event_ticker):
            yield from (ListedMarket(rung, Quotes()) for rung in rungs)


def _ladder_known(known: Collection[str], event: str) -> bool:
    return any(ticker.startswith(f"{event}-") for ticker in known)


def live(listed: ListedMarket, path: IndexPath, at: Nanos) -> Iterator[Message]:
    """Yield what happens in a market's life at a whole second."""
    market = listed.market
    if market.status is MarketStatus.INITIALIZED and at >= market.open_time:
        yield _changed(listed, at, status=MarketStatus.ACTIVE)
    market = listed.market
    total = path.means.get(str(market.open_time))
    if market.floor_strike is None and total is not None and at >= market.open_time + STRIKE_AFTER_OPEN:
        yield _changed(listed, at, floor_strike=mean_of(total, WINDOW, decimals=2))
    if market.status is MarketStatus.ACTIVE and at >= market.close_time:
        yield _changed(listed, at, status=MarketStatus.CLOSED)
    yield from _end(listed, path, at)


def _end(listed: ListedMarket, path: IndexPath, at: Nanos) -> Iterator[Message]:
    market = listed.market
    due = market.status is MarketStatus.CLOSED and at >= market.close_time + DETERMINED_AFTER_CLOSE
    if due and market.floor_strike is not None:
        end = result_of(market, path.means[str(market.close_time)])
        listed.market = msgspec.structs.replace(
            market,
            status=MarketStatus.DETERMINED,
            result=end.result,
            settlement_value=end.value,
            expiration_value=end.expiration_value,
        )
        yield Lifecycle(at=at, ticker=market.ticker, event="determined", result=end.result, settlement_value=end.value)
    paid = market.close_time + DETERMINED_AFTER_CLOSE + market.settlement_timer_s * NANOS
    if listed.market.status is MarketStatus.DETERMINED and at >= paid:
        listed.market = msgspec.structs.replace(listed.market, status=MarketStatus.FINALIZED)
        result, value_paid = listed.market.result, listed.market.settlement_value
        yield Lifecycle(at=at, ticker=market.ticker, event="settled", result=result, settlement_value=value_paid)


def forgotten(listed: ListedMarket, at: Nanos) -> bool:
    """Tell whether a market is over for so long that nobody needs it here."""
    return listed.market.status is MarketStatus.FINALIZED and at > listed.market.close_time + FORGOTTEN_AFTER


def quote(
    listed: ListedMarket, path: IndexPath, *, params: tuple[MakerParams, PathParams], at: Nanos, rng: Random
) -> Iterator[Message]:
    """Yield the change of a book at a tick: its makers' new quotes, or a passer-by's trade."""
    if not look(listed.quotes, listed.market, path=path, params=params, at=at, rng=rng):
        return
    if rng.random() < _TRADES_PER_LOOK and (trade := _trade(listed, at, rng)) is not None:
        yield trade
    if (change := _difference(listed, at)) is not None:
        yield change


def _trade(listed: ListedMarket, at: Nanos, rng: Random) -> MarketTrade | None:
    side = "yes" if rng.random() < 0.5 else "no"
    if (done := hit(listed.quotes, side=side, rng=rng)) is None:
        return None
    price, count = done
    listed.trades += 1
    return MarketTrade(
        at=at,
        occurred_at=at,
        ticker=listed.market.ticker,
        trade_id=f"{listed.market.ticker}-{listed.trades}",
        price=price if side == "yes" else price.complement,
        count=count,
        taker_outcome="no" if side == "yes" else "yes",
    )


def standing(listed: ListedMarket, at: Nanos) -> Iterator[Message]:
    """Yield the definition and, while it is quoted, the whole book."""
    yield MarketDefined(at=at, market=listed.market)
    if listed.quoted(at):
        yes, no, version = _levels(listed.told_yes), _levels(listed.told_no), listed.version
        yield BookChanged(
            at=at, occurred_at=at, ticker=listed.market.ticker, version=version, snapshot=True, yes=yes, no=no
        )


def _difference(listed: ListedMarket, at: Nanos) -> BookChanged | None:
    yes, no = _touched(listed.told_yes, listed.quotes.yes), _touched(listed.told_no, listed.quotes.no)
    if not yes and not no:
        return None
    listed.told_yes, listed.told_no = dict(listed.quotes.yes), dict(listed.quotes.no)
    listed.version += 1
    first = listed.version == 1
    return BookChanged(
        at=at, occurred_at=at, ticker=listed.market.ticker, version=listed.version, snapshot=first, yes=yes, no=no
    )


def _touched(told: dict[int, int], now: dict[int, int]) -> tuple[Level, ...]:
    prices = sorted(price for price in told.keys() | now.keys() if told.get(price) != now.get(price))
    return tuple((Price(price), Count(now.get(price, 0))) for price in prices)


def _levels(levels: dict[int, int]) -> tuple[Level, ...]:
    return tuple((Price(price), Count(count)) for price, count in sorted(levels.items()))


def _changed(listed: ListedMarket, at: Nanos, **fields: object) -> MarketDefined:
    listed.market = msgspec.structs.replace(listed.market, **fields)
    return MarketDefined(at=at, market=listed.market)
