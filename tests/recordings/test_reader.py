from kalshi_desk.domain.inputs import BookChanged, BookLost, Lifecycle, MarketDefined, SpotTrade
from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Count, IndexPrice, Price
from kalshi_desk.recordings.reader import read
from tests.recordings.conftest import FIRST, SECOND, at


def of(rows, kind):
    return [message for _, message in rows if isinstance(message, kind)]


def test_messages_come_in_exchange_time_and_twice_the_same(folder):
    rows = list(read(folder))
    times = [message.at for _, message in rows]
    assert times == sorted(times)
    assert [encode(message) for _, message in rows] == [encode(message) for _, message in read(folder)]


def test_every_delta_and_trade_row_is_counted_and_the_snapshot_read(folder):
    rows = list(read(folder))
    assert sum(count for count, message in rows if isinstance(message, SpotTrade)) == 3
    assert sum(count for count, message in rows if isinstance(message, BookChanged)) == 7 + 1


def test_deltas_of_one_instant_are_one_change_set_with_absolute_sizes(folder):
    snapshot, first, second, third = of(list(read(folder)), BookChanged)
    assert snapshot.snapshot
    assert snapshot.at == at(10)
    assert snapshot.yes == ((Price(4000), Count(1000)),)
    assert first.yes == ((Price(4100), Count(500)),)
    assert first.no == ((Price(5500), Count(0)),)
    assert second.yes == ((Price(4100), Count(0)),)
    assert third.at == at(50)
    assert [one.version for one in (snapshot, first, second, third)] == [1, 2, 3, 4]


def test_the_strike_is_known_only_a_moment_after_the_open(folder):
    defined = [one for one in of(list(read(folder)), MarketDefined) if one.market.ticker == FIRST]
    assert [(one.at, one.market.status, one.market.floor_strike) for one in defined] == [
        (at(-600), MarketStatus.INITIALIZED, None),
        (at(0), MarketStatus.ACTIVE, None),
        (at(1), MarketStatus.ACTIVE, IndexPrice.parse("80000.25")),
    ]


def test_a_market_settles_right_after_its_close(folder):
    ends = [one for one in of(list(read(folder)), Lifecycle) if one.ticker == SECOND]
    assert [(one.event, one.at, one.result, one.settlement_value) for one in ends] == [
        ("determined", at(1802), "no", Price(0)),
        ("settled", at(1803), "no", Price(0)),
    ]


def test_a_gapped_market_is_defined_and_its_book_lost(folder):
    rows = list(read(folder))
    (lost,) = of(rows, BookLost)
    assert (lost.ticker, lost.reason, lost.at) == (SECOND, "gapped", at(900))
    assert all(change.ticker == FIRST for change in of(rows, BookChanged))


def test_trades_have_exact_prices_and_no_size(folder):
    trade = of(list(read(folder)), SpotTrade)[1]
    assert (trade.price, trade.size, trade.venue) == (IndexPrice.parse("80002.25"), None, "coinbase")


def test_from_an_instant_books_begin_as_they_stood_then(folder):
    rows = list(read(folder, start=at(30)))
    assert rows[0][1].at == at(30)
    defined = next(one for one in of(rows, MarketDefined) if one.market.ticker == FIRST)
    assert defined.market.floor_strike == IndexPrice.parse("80000.25")
    first, second = of(rows, BookChanged)
    assert first.snapshot
    assert first.at == at(30)
    assert first.yes == ((Price(4000), Count(1000)),)
    assert not second.snapshot
    assert second.version == first.version + 1


def test_a_market_that_closed_but_has_not_paid_still_ends(folder):
    ends = [one for one in of(list(read(folder, start=at(902))), Lifecycle) if one.ticker == FIRST]
    assert [one.event for one in ends] == ["determined", "settled"]
