from random import Random

import msgspec
import pytest

from kalshi_desk.domain.crypto.digital import Averaging, p_above
from kalshi_desk.domain.order import on_grid
from kalshi_desk.domain.units import NANOS, PAYOUT, IndexPrice, Nanos, Price
from kalshi_desk.simulation.index_path import IndexPath, PathParams
from kalshi_desk.simulation.listings import up_down
from kalshi_desk.simulation.maker import MakerParams, Quotes, hit, look, settle_probability

CLOSE = Nanos.parse("2026-11-21T14:30:00Z")
COIN = PathParams(90_000.0, 0.5)
CALM = MakerParams(bias=0.0, sigma_error=0.0, nap_chance=0.0)


def market(strike="90000"):
    listed = up_down("KXBTC15M-26NOV210930-30", Nanos(CLOSE - 900 * NANOS), CLOSE)
    return msgspec.structs.replace(listed, floor_strike=IndexPrice.parse(strike))


def quoted(price, *, maker=CALM, seconds_left=300, strike="90000"):
    quotes, path = Quotes(), IndexPath(price=price, recent=[price])
    at = Nanos(CLOSE - seconds_left * NANOS)
    assert look(quotes, market(strike), path=path, params=(maker, COIN), at=at, rng=Random(1))
    return quotes


@pytest.mark.parametrize("seconds_left", [900, 300, 61])
def test_makers_price_the_contract_as_it_is_written(seconds_left):
    mine = settle_probability(spot=90_100.0, strike=90_000.0, sigma=0.5, seconds_left=seconds_left, fixings=[])
    theirs = p_above(spot=90_100.0, strike=90_000.0, sigma=0.5, window=Averaging(seconds_left))
    assert abs(mine - theirs) < 1e-3


def test_with_all_prints_known_the_price_is_certain():
    known = [int(IndexPrice.parse("90000.01"))] * 60
    assert settle_probability(spot=1.0, strike=90_000.0, sigma=0.5, seconds_left=0, fixings=known) == 1.0


def test_quotes_stand_on_the_grid_around_the_fair_price():
    quotes = quoted(90_000.0)
    bid, ask = max(quotes.yes), PAYOUT - max(quotes.no)
    assert bid < 5_000 < ask
    assert ask - bid <= 400
    ranges = market().price_ranges
    assert all(on_grid(ranges, Price(price)) for side in (quotes.yes, quotes.no) for price in side)
    assert len(quotes.yes) == CALM.levels


def test_near_certainty_leaves_one_side_empty_rather_than_illegal():
    quotes = quoted(95_000.0, seconds_left=60)
    assert not quotes.no or PAYOUT - max(quotes.no) < PAYOUT
    assert max(quotes.yes) > 9_900


def test_a_nap_leaves_the_quotes_standing():
    maker = msgspec.structs.replace(CALM, nap_chance=1.0)
    quotes = quoted(90_000.0, maker=maker)
    at = Nanos(CLOSE - 298 * NANOS)
    path = IndexPath(price=91_000.0, recent=[91_000.0])
    assert not look(quotes, market(), path=path, params=(maker, COIN), at=at, rng=Random(2))


def test_a_passer_by_takes_of_the_best_level_only():
    quotes = Quotes(yes={4_000: 100, 3_900: 500})
    price, count = hit(quotes, side="yes", rng=Random(1))
    assert (price, count) == (4_000, 100)
    assert quotes.yes == {3_900: 500}
    assert hit(quotes, side="no", rng=Random(1)) is None
