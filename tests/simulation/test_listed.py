from random import Random

import msgspec

from kalshi_desk.domain.inputs import BookChanged, Lifecycle, MarketDefined
from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.units import NANOS, IndexPrice, Nanos, Price
from kalshi_desk.simulation.index_path import IndexPath, PathParams
from kalshi_desk.simulation.listed import ListedMarket, forgotten, live, new_markets, quote, standing
from kalshi_desk.simulation.listings import up_down
from kalshi_desk.simulation.maker import MakerParams, Quotes

OPEN = Nanos.parse("2026-11-21T14:15:00Z")
CLOSE = Nanos(OPEN + 900 * NANOS)


def listed():
    return ListedMarket(up_down("KXBTC15M-26NOV210930-30", OPEN, CLOSE), Quotes())


def path(**means):
    return IndexPath(price=90_000.0, recent=[90_000.0], means=means)


def test_a_life_from_listing_to_payment():
    market, steps = listed(), []
    strike, end = int(IndexPrice.parse("90000.00")), int(IndexPrice.parse("90000.01"))
    index = path(**{str(OPEN): 60 * strike, str(CLOSE): 60 * end})
    for second in (-1, 0, 1, 899, 900, 902, 903):
        steps += live(market, index, Nanos(OPEN + second * NANOS))
    assert [type(step) for step in steps] == [MarketDefined] * 3 + [Lifecycle] * 2
    assert steps[1].market.floor_strike == strike
    assert (steps[3].event, steps[3].result, steps[3].settlement_value) == ("determined", "yes", Price(10_000))
    assert market.market.status is MarketStatus.FINALIZED
    assert market.market.expiration_value == "90000.01"
    assert not forgotten(market, CLOSE)
    assert forgotten(market, Nanos(CLOSE + 301 * NANOS))


def test_new_markets_are_the_next_quarters_and_one_ladder_a_coin():
    at = Nanos.parse("2026-11-21T14:16:00Z")
    spots = {"BTC": IndexPrice.parse("90000"), "ETH": IndexPrice.parse("3000")}
    found = {market.market.ticker: market for market in new_markets({}, spots, at)}
    assert len(found) == 2 * (4 + 5)
    assert not list(new_markets(found, spots, at))
    later = Nanos.parse("2026-11-21T14:50:00Z")
    events = {market.market.event_ticker for market in new_markets(found, spots, later)}
    assert "KXBTCD-26NOV2111" in events


def test_changes_tell_only_what_changed():
    market = listed()
    market.market = msgspec.structs.replace(market.market, floor_strike=IndexPrice.parse("90000"))
    params = MakerParams(), PathParams(90_000.0, 0.5)
    at = Nanos(OPEN + 60 * NANOS)
    (first,) = (m for m in quote(market, path(), params=params, at=at, rng=Random(1)) if isinstance(m, BookChanged))
    assert first.snapshot
    assert not list(quote(market, path(), params=params, at=at, rng=Random(1)))
    defined, whole = standing(market, at)
    assert isinstance(defined, MarketDefined)
    assert (whole.snapshot, whole.yes, whole.version) == (True, first.yes, first.version)
