import json

import pytest

from kalshi_desk.adapters.kalshi.reads import KalshiReads
from kalshi_desk.errors import ParseError
from tests.adapters.kalshi.venue import Venue
from tests.wire import test_kalshi_markets as m
from tests.wire import test_kalshi_portfolio as p


async def ask(call, *answers):
    venue = Venue(*[answer.encode() for answer in answers])
    async with venue.calls() as calls:
        result = await call(KalshiReads(calls))
    return result, [str(request.url).removeprefix("http://venue.test/trade-api/v2") for request in venue.asked]


def page(name, text, inner, cursor):
    return json.dumps({name: [json.loads(text)[inner]], "cursor": cursor})


@pytest.mark.parametrize(
    ("call", "answer", "path"),
    [
        (lambda r: r.status(), m.STATUS, "/exchange/status"),
        (lambda r: r.series("S"), m.SERIES, "/series/S"),
        (lambda r: r.event("E"), m.EVENT, "/events/E"),
        (lambda r: r.market("A"), m.MARKET, "/markets/A"),
        (lambda r: r.book("A"), m.BOOK, "/markets/A/orderbook"),
        (lambda r: r.books(["A", "B"]), '{"orderbooks": []}', "/markets/orderbooks?tickers=A&tickers=B"),
        (lambda r: r.order("o"), p.ORDER, "/portfolio/orders/o"),
        (lambda r: r.balance(), p.BALANCE, "/portfolio/balance"),
        (lambda r: r.fills({"ticker": "A"}), p.FILLS, "/portfolio/fills?limit=1000&ticker=A"),
        (lambda r: r.positions(), p.POSITIONS, "/portfolio/positions?limit=1000&count_filter=position"),
        (lambda r: r.settlements({}), p.SETTLEMENTS, "/portfolio/settlements?limit=1000"),
        (lambda r: r.events({}), '{"events": [], "cursor": ""}', "/events?limit=200"),
    ],
)
async def test_each_read_asks_its_path(call, answer, path):
    result, asked = await ask(call, answer)
    assert asked == [path]
    assert result is not None


async def test_markets_over_pages():
    pages = page("markets", m.MARKET, "market", "n"), page("markets", m.MARKET, "market", "")
    found, asked = await ask(lambda r: r.markets({"series_ticker": "S"}), *pages)
    assert [market.ticker for market in found] == ["KXBTC15M-26NOV210930-30"] * 2
    assert asked[1] == "/markets?limit=1000&series_ticker=S&cursor=n"


async def test_raw_pages_are_kept_as_they_came():
    async def gather(reads):
        return [body async for body in reads.event_pages({"series_ticker": "S"})]

    texts = '{"events": [], "cursor": "n"}', '{"events": [{"odd": 1.50}]}'
    found, asked = await ask(gather, *texts)
    assert found == [text.encode() for text in texts]
    assert asked[1] == "/events?limit=200&with_nested_markets=true&series_ticker=S&cursor=n"
    with pytest.raises(ParseError):
        await ask(gather, '{"cursor": 7}')


async def test_the_raw_list_of_series():
    found, asked = await ask(lambda r: r.series_list(), '{"series": []}')
    assert (found, asked) == (b'{"series": []}', ["/series"])


async def test_trades_follow_the_cursor():
    last = m.TRADES.replace('"next"', '""')
    found, _ = await ask(lambda r: r.trades({"ticker": "A"}), m.TRADES, last)
    assert len(found) == 2


async def test_an_order_is_found_by_its_client_id_over_pages():
    first = page("orders", p.ORDER.replace("d-1", "d-0"), "order", "n")
    second = page("orders", p.ORDER, "order", "")
    found, asked = await ask(lambda r: r.order_by_client_id("d-1", "A"), first, second)
    assert found.client_order_id == "d-1"
    assert asked[0] == "/portfolio/orders?limit=1000&ticker=A"
    missing, _ = await ask(lambda r: r.order_by_client_id("d-9", "A"), second)
    assert missing is None


async def test_all_orders():
    found, _ = await ask(lambda r: r.orders({"status": "resting"}), page("orders", p.ORDER, "order", ""))
    assert len(found) == 1


async def test_limits_are_obeyed():
    venue = Venue(p.LIMITS.encode())
    async with venue.calls() as calls:
        assert (await KalshiReads(calls).account_limits()).usage_tier == "basic"
        assert calls.write_budget._capacity == 100


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda r: r.orders({}), b'{"orders":[]}'),
        (lambda r: r.order_by_client_id("c", "A"), b'{"orders":[]}'),
        (lambda r: r.fills({}), b'{"fills":[]}'),
        (lambda r: r.positions(), b'{"market_positions":[]}'),
        (lambda r: r.settlements({}), b'{"settlements":[]}'),
        (lambda r: r.balance(), b'{"balance_dollars":"1.0000"}'),
    ],
)
async def test_every_read_of_an_account_names_the_subaccount_where_one_is_set(call, answer):
    venue = Venue(answer, answer, answer)
    async with venue.calls() as calls:
        for number in (3, 0, None):
            await call(KalshiReads(calls, number))
    assert [request.url.params.get("subaccount") for request in venue.asked] == ["3", "0", None]
