from random import Random

import pytest

from kalshi_desk.domain.book import Book
from kalshi_desk.domain.inputs import BookChanged, IndexTick, IndexValue, Lifecycle, MarketDefined, SpotTrade
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.simulation.synthetic import SyntheticMarket

START = Nanos.parse("2026-11-21T14:07:03Z")


def later(seconds):
    return Nanos(START + round(seconds * NANOS))


@pytest.fixture(scope="module")
def half_an_hour():
    market = SyntheticMarket.begin(7, START)
    return market.standing(), market.advance(later(1_800))


def test_any_slicing_of_time_and_any_restart_gives_the_same_messages():
    rng, at, sliced = Random(3), START, []
    whole = [encode(message) for message in SyntheticMarket.begin(7, START).advance(later(40))]
    market = SyntheticMarket.begin(7, START)
    while at < later(40):
        at = min(later(40), Nanos(at + rng.randrange(3 * NANOS)))
        sliced += [encode(message) for message in market.advance(at)]
        market = SyntheticMarket.resume(market.save())
    assert sliced == whole


def test_another_seed_is_another_market():
    first, second = (SyntheticMarket.begin(seed, START).advance(later(2)) for seed in (1, 2))
    assert [encode(one) for one in first] != [encode(one) for one in second]


def test_messages_come_in_order_and_every_kind_comes(half_an_hour):
    _, messages = half_an_hour
    ticks = [int(message.at) for message in messages if not isinstance(message, SpotTrade)]
    assert ticks == sorted(ticks)
    kinds = {type(message) for message in messages}
    assert {SpotTrade, IndexTick, IndexValue, BookChanged, Lifecycle, MarketDefined} <= kinds


def test_exchanges_number_their_trades_by_one(half_an_hour):
    _, messages = half_an_hour
    trades = [m for m in messages if isinstance(m, SpotTrade)]
    ids = [int(m.trade_id) for m in trades if (m.venue, m.underlying) == ("kraken", "BTC")]
    assert ids == list(range(ids[0], ids[0] + len(ids)))


def test_books_are_unbroken_and_never_crossed(half_an_hour):
    standing, messages = half_an_hour
    books = {}
    for change in (one for one in [*standing, *messages] if isinstance(one, BookChanged)):
        book = books.setdefault(change.ticker, Book(change.ticker))
        assert book.apply(change)
        assert book.usable
    assert len(books) > 10


def test_a_market_settles_on_the_mean_of_its_last_sixty_prints(half_an_hour):
    standing, messages = half_an_hour
    defined = [m for m in [*standing, *messages] if isinstance(m, MarketDefined)]
    strikes = {m.market.ticker: m.market for m in defined if m.market.floor_strike is not None}
    prints = {(m.underlying, m.at): m for m in messages if isinstance(m, IndexValue)}
    ends = [m for m in messages if isinstance(m, Lifecycle) and m.event == "determined"]
    assert len(ends) >= 4
    for end in ends:
        market = strikes[end.ticker]
        coin = market.ticker[2:5]
        window = [prints[coin, Nanos(market.close_time - ago * NANOS)] for ago in range(60)]
        mean = sum(one.value for one in window) / 60
        assert window[0].window_count == 60
        assert abs(window[0].window_mean - mean) <= 1
        rounded = round(mean / 10**6) * 10**6
        assert end.result == ("yes" if rounded >= market.floor_strike else "no")


def test_the_strike_is_the_mean_before_the_open_and_published_after_it(half_an_hour):
    _, messages = half_an_hour
    opened = Nanos.parse("2026-11-21T14:15:00Z")
    told = [m for m in messages if isinstance(m, MarketDefined) and m.market.ticker == "KXBTC15M-26NOV210930-30"]
    assert [(m.at - opened, m.market.floor_strike is None) for m in told if m.at >= opened][:2] == [
        (0, True),
        (NANOS, False),
    ]
    final = next(m for m in messages if isinstance(m, IndexValue) and (m.underlying, m.at) == ("BTC", opened))
    assert abs(told[-1].market.floor_strike - final.window_mean) <= 10**6 or len(told) > 2


def test_a_state_that_is_none_is_refused():
    with pytest.raises(ParseError):
        SyntheticMarket.resume(b"{}")
