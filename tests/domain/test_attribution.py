import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_desk.domain.attribution import MarketBook, Traded, by_strategy_and_category, parts_of, split, total
from kalshi_desk.domain.market import BookSide
from kalshi_desk.domain.position import FLAT, settled, with_fill
from kalshi_desk.domain.units import Cash, Count, Price

TRADE = st.tuples(
    st.sampled_from(["crypto_fair_value", "forecast_edge", "manual"]),
    st.sampled_from(BookSide),
    st.integers(1, 9_999),
    st.integers(1, 5_000),
    st.integers(0, 20_000),
)
MARKET = st.tuples(
    st.sampled_from(["Crypto", "Politics"]),
    st.lists(TRADE, min_size=1, max_size=8),
    st.none() | st.integers(0, 10_000),
    st.none() | st.integers(0, 10**9),
)


def book_of(ticker, category, trades, value, sold_now):
    """A market's book, and its holding as it is booked from one trade to the next."""
    holding, own = FLAT, {}
    for strategy, side, price, count, fee in trades:
        holding = with_fill(holding, side=side, price=Price(price), count=Count(count), fee=Cash(fee))
        signed = count if side is BookSide.BID else -count
        before = own.get(strategy, (0, 0, 0))
        own[strategy] = (before[0] + signed, before[1] - signed * price, before[2] + fee)
    traded = tuple(Traded(strategy=s, count=Count(n), cash=Cash(c), fees=Cash(f)) for s, (n, c, f) in own.items())
    return MarketBook(
        ticker=ticker,
        category=category,
        holding=holding,
        last=Price(trades[-1][2]),
        trades=traded,
        value=None if value is None else Price(value),
        sold_now=None if sold_now is None else Cash(sold_now),
    )


def accounts(book):
    """Realised, unrealised and fees of a market as the account has them."""
    if book.value is not None:
        end = settled(book.holding, book.value)
        return end.realized, 0, end.fees
    now = book.holding.cost if book.sold_now is None else book.sold_now
    return book.holding.realized, now - book.holding.cost, book.holding.fees


def figures(part):
    return part.realized, part.unrealized, part.fees


@settings(deadline=None)
@given(st.lists(MARKET, min_size=1, max_size=5))
def test_strategies_and_categories_add_up_to_the_account_to_the_micro_dollar(markets):
    books = [book_of(f"M{n}", *market) for n, market in enumerate(markets)]
    parts = parts_of(books)
    expected = tuple(sum(column) for column in zip(*map(accounts, books), strict=True))
    assert figures(total(parts)) == expected
    for named in by_strategy_and_category(parts):
        assert figures(total(list(named.values()))) == expected


@settings(deadline=None)
@given(MARKET)
def test_a_market_of_one_strategy_is_its_own(market):
    category, trades, value, sold_now = market
    book = book_of("M", category, [("crypto_fair_value", *trade[1:]) for trade in trades], value, sold_now)
    (part,) = split(book)
    assert figures(part) == accounts(book)


@settings(deadline=None)
@given(MARKET)
def test_the_order_of_strategies_moves_no_more_than_rounding(market):
    book = book_of("M", *market)
    turned = msgspec.structs.replace(book, trades=book.trades[::-1])
    there, back = split(book), split(turned)[::-1]
    assert all(abs(one.net - other.net) <= 2 * len(book.trades) for one, other in zip(there, back, strict=True))


def test_who_closes_anothers_position_leaves_it_the_result():
    trades = [("a", BookSide.BID, 4_000, 100, 10), ("b", BookSide.ASK, 7_000, 100, 20)]
    first, second = split(book_of("M", "Crypto", trades, None, None))
    assert figures(first) == (Cash.parse("0.30"), 0, 10)
    assert figures(second) == (0, 0, 20)


def test_a_holding_that_nobody_bids_for_is_worth_its_cost():
    (part,) = split(book_of("M", "Crypto", [("a", BookSide.BID, 4_000, 100, 10)], None, None))
    assert (part.unrealized, part.net) == (0, -10)
