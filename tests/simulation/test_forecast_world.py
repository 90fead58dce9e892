from collections import Counter

import pytest

from kalshi_desk.domain.book import Book
from kalshi_desk.domain.inputs import BookChanged, Lifecycle, MarketDefined, MarketTrade
from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Nanos
from kalshi_desk.simulation.forecast_world import ForecastWorld
from tests.simulation.forecasts import BEGIN, DAY, HOUR, later, world


def awake(markets=60):
    made = world(markets)
    books = [book for one in list(made.standing(BEGIN)) for book in made.wake(one.ticker, BEGIN)]
    return made, books


def open_markets(messages):
    return [one.market for one in messages if one.market.status is MarketStatus.ACTIVE]


def test_so_many_markets_stand_of_all_categories_and_a_past_that_settled():
    standing = list(world(300).standing(BEGIN))
    assert len(open_markets(standing)) == 300
    settled = [one.market for one in standing if one.market.status is MarketStatus.FINALIZED]
    assert 200 < len(settled) < 1_000
    assert all(market.result in ("yes", "no") and market.expiration_value for market in settled)
    assert len({market.category for market in open_markets(standing)}) == 8


def test_the_number_of_open_markets_stays():
    made = world(300)
    for day in range(0, 40, 5):
        at = later(day * DAY + 7 * HOUR)
        made.advance(at)
        assert 0.9 * 300 <= len(open_markets(made.standing(at))) <= 300


def test_every_slicing_and_every_restart_gives_the_same_messages():
    whole, _ = awake()
    expected = [encode(message) for message in whole.advance(later(DAY))]
    sliced, _ = awake()
    told = [encode(one) for hour in range(1, 25) for one in sliced.advance(later(hour * HOUR))]
    assert told == expected
    middle = later(DAY / 2)
    again = ForecastWorld(7, BEGIN, 60)
    again.start(middle)
    for one in list(again.standing(middle)):
        again.wake(one.ticker, middle)
    rest = [m for m in again.advance(later(DAY)) if isinstance(m, Lifecycle)]
    assert rest == [m for m in world().advance(later(DAY)) if isinstance(m, Lifecycle) and m.at > middle]


def test_messages_come_in_order_and_books_are_usable():
    made, standing = awake()
    messages = made.advance(later(DAY))
    assert [one.at for one in messages] == sorted(one.at for one in messages)
    books = {}
    for change in [*standing, *(one for one in messages if isinstance(one, BookChanged))]:
        assert books.setdefault(change.ticker, Book(change.ticker)).apply(change)
        assert books[change.ticker].usable
    kinds = Counter(type(one) for one in messages)
    assert kinds[BookChanged] > 1_000
    assert kinds[MarketTrade] > 50


def test_a_market_closes_is_determined_and_settles_by_the_outcome():
    made = world()
    messages = made.advance(later(6 * HOUR))
    determined = [one for one in messages if isinstance(one, Lifecycle) and one.event == "determined"]
    assert len(determined) >= 4
    for end in determined:
        event = made.known(end.ticker).event
        mine = [one for one in messages if one.ticker == end.ticker]
        closed, told, _, settled = mine[-4:]
        assert (closed.market.status, closed.market.close_time) == (MarketStatus.CLOSED, event.ends)
        assert (told.market.result, told.market.status) == (end.result, MarketStatus.DETERMINED)
        assert (settled.event, settled.at, settled.result) == ("settled", event.settles, end.result)
        assert made.truth(end.ticker, event.ends) == (1.0 if end.result == "yes" else 0.0)


def test_a_sleeping_book_does_not_move_and_is_told_whole_when_it_wakes():
    made = world()
    assert {type(one) for one in made.advance(later(3 * HOUR))} <= {MarketDefined, Lifecycle}
    ticker = open_markets(made.standing(later(3 * HOUR)))[0].ticker
    (book,) = made.wake(ticker, later(3 * HOUR))
    assert book.snapshot
    quote = made.about(ticker, later(3 * HOUR)).quote
    assert (book.yes[-1] if book.yes else (None, 0)) == (quote.bid, quote.bid_count)
    assert made.wake(ticker, later(3 * HOUR)) == []
    assert made.wake("KXBTC15M-26NOV210930-30", BEGIN) == []


def test_a_market_that_ended_long_before_the_start_is_still_known():
    first = world()
    early = next(chain for chain in first.chains if chain.lane.early)
    first.advance(later(3 * DAY))
    ticker = f"{early.event(2).ticker}-"
    known = next(one for one in first._known if one.startswith(ticker))
    again = ForecastWorld(7, BEGIN, 60)
    again.start(later(3 * DAY))
    assert again.truth(known, later(3 * DAY)) in (0.0, 1.0)
    assert again.about(known, later(3 * DAY)).settled_at == early.event(2).settles
    assert again.truth("KXCPIJAPAN-26NOV2115-T1", BEGIN) is None
    assert again.about("KXBTCD-26NOV2115-T1", BEGIN) is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_enough_markets_are_worth_watching(seed):
    made = world(300, seed)
    for at in (BEGIN, later(3 * DAY)):
        made.advance(at)
        assert sum(_worth(made, one, at) for one in made.standing(at)) >= 200


def _worth(made, message, at):
    about, days = made.about(message.ticker, at), (message.market.close_time - at) / DAY
    bid, ask = about.quote.bid, about.quote.ask
    quoted = bid is not None and ask is not None and ask - bid <= 1_000
    return quoted and about.volume_24h >= 2_000 and about.open_interest >= 5_000 and 1 <= days <= 30


def test_another_seed_is_another_world():
    first, second = (world(60, seed) for seed in (1, 2))
    assert encode(list(first.standing(BEGIN))) != encode(list(second.standing(BEGIN)))
    assert [event.lane.number for event in first.current(Nanos(BEGIN))] == list(range(len(first.chains)))
