from kalshi_desk.clock import ClockSegment, ScaledClock
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import NANOS, Cash, Nanos
from kalshi_desk.venue_double.channels import Subscription
from kalshi_desk.venue_double.exchange import Exchange
from kalshi_desk.venue_double.faults import load_faults
from kalshi_desk.venue_double.sources import SyntheticSource
from kalshi_desk.venue_double.store import Store
from kalshi_desk.venue_double.venue import Venue

START = Nanos.parse("2026-11-21T14:07:03Z")


class Wall:
    """A wall clock that stands until it is moved."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


def venue(tmp_path, name):
    wall = Wall()
    segments = [ClockSegment(START, START, 1.0)]
    store = Store(tmp_path / f"{name}.sqlite", "sim:synthetic:7")
    made = Venue(
        SyntheticSource(7), ScaledClock(segments, wall), Exchange(store, Cash.parse("50")), load_faults(None), segments
    )
    made.begin(START, None)
    return made, wall


def books(made):
    return [
        (ticker, str(outcome), price, count)
        for ticker, listing in made.exchange.listings.items()
        for outcome, levels in listing.shown.items()
        for price, count in levels.items()
    ]


def test_small_bites_lose_nothing(tmp_path):
    (whole, clock), (bitten, other) = venue(tmp_path, "a"), venue(tmp_path, "b")
    clock.now = other.now = Nanos(START + 30 * NANOS)
    assert whole.step()
    bites = 0
    while not bitten.step(7):
        bites += 1
    assert bites > 10
    assert bitten.played == whole.played
    assert sorted(books(bitten)) == sorted(books(whole))
    for made in (whole, bitten):
        made.exchange.store.close()


def test_while_paused_nothing_is_played_and_then_all_of_it(tmp_path):
    made, clock = venue(tmp_path, "a")
    made.paused, clock.now = True, Nanos(START + 5 * NANOS)
    made.step()
    assert made.played == 0
    made.paused = False
    made.step()
    assert made.played > 50
    made.exchange.store.close()


def test_the_ticker_speaks_once_a_second_at_most(tmp_path):
    made, clock = venue(tmp_path, "a")
    told = []
    made.channels.add(Subscription("ticker", 1, told.append, {"KXBTC15M-26NOV210915-15"}))
    clock.now = Nanos(START + 30 * NANOS)
    made.step()
    assert 5 < len(told) <= 31
    assert encode(made.exchange.now)
    made.exchange.store.close()
