"""Everything that the desk reads from Kalshi's REST API; a read-only key is enough."""

from __future__ import annotations

from collections.abc import AsyncIterator

from kalshi_desk.adapters.kalshi import paths
from kalshi_desk.adapters.kalshi.calls import KalshiCalls, Query
from kalshi_desk.wire import kalshi_markets, kalshi_portfolio


class KalshiReads:
    """Reads; every method raises Retryable (gave up), Rejected or ParseError."""

    def __init__(self, calls: KalshiCalls, subaccount: int | None = None) -> None:
        self._calls, self._own = calls, paths.in_subaccount(subaccount)

    async def status(self) -> kalshi_markets.ExchangeStatus:
        """Return whether the exchange, and each shard, is active."""
        return await self._calls.read(paths.STATUS, kalshi_markets.parse_status)

    async def account_limits(self) -> kalshi_portfolio.AccountLimits:
        """Return the account's token buckets, and obey them from now on."""
        limits = await self._calls.read(paths.LIMITS, kalshi_portfolio.parse_limits)
        budgets = (self._calls.read_budget, limits.read), (self._calls.write_budget, limits.write)
        for budget, bucket in budgets:
            budget.resize(refill_per_s=bucket.refill_rate, capacity=bucket.bucket_capacity)
        return limits

    async def series(self, ticker: str) -> kalshi_markets.SeriesBody:
        """Return a series with its fee."""
        return (await self._calls.read(paths.below(paths.SERIES, ticker), kalshi_markets.parse_series)).series

    async def event(self, ticker: str) -> kalshi_markets.EventBody:
        """Return an event with its fee overrides."""
        return (await self._calls.read(paths.below(paths.EVENTS, ticker), kalshi_markets.parse_event)).event

    async def market(self, ticker: str) -> kalshi_markets.MarketBody:
        """Return one market."""
        return (await self._calls.read(paths.below(paths.MARKETS, ticker), kalshi_markets.parse_market)).market

    async def markets(self, query: Query) -> list[kalshi_markets.MarketBody]:
        """Return all markets of a query (``series_ticker``, ``status`` unopened, open, closed or settled, ...)."""
        pages = self._calls.pages(paths.MARKETS, kalshi_markets.parse_markets, {"limit": 1000, **query})
        return [market async for page in pages for market in page.markets]

    async def events(self, query: Query) -> list[kalshi_markets.EventBody]:
        """Return all events of a query."""
        pages = self._calls.pages(paths.EVENTS, kalshi_markets.parse_events, {"limit": 200, **query})
        return [event async for page in pages for event in page.events]

    async def event_pages(self, query: Query) -> AsyncIterator[bytes]:
        """Yield the raw pages of a query of events with their markets: to be kept as they came."""
        query = {"limit": 200, "with_nested_markets": "true", **query}
        async for page in self._calls.pages(paths.EVENTS, _RawPage, query):
            yield page.body

    async def series_list(self) -> bytes:
        """Return the raw list of all series."""
        return await self._calls.read(paths.SERIES, bytes)

    async def book(self, ticker: str) -> kalshi_markets.BookBody:
        """Return all levels of one book."""
        path = paths.below(paths.MARKETS, ticker, "orderbook")
        return (await self._calls.read(path, kalshi_markets.parse_book)).orderbook_fp

    async def books(self, tickers: list[str]) -> tuple[kalshi_markets.BookReply, ...]:
        """Return the books of up to 100 markets."""
        return (await self._calls.read(paths.BOOKS, kalshi_markets.parse_books, {"tickers": tickers})).orderbooks

    async def trades(self, query: Query) -> list[kalshi_markets.TradeBody]:
        """Return all public trades of a query, newest first."""
        pages = self._calls.pages(paths.TRADES, kalshi_markets.parse_trades, {"limit": 1000, **query})
        return [trade async for page in pages for trade in page.trades]

    async def order(self, order_id: str) -> kalshi_portfolio.OrderBody:
        """Return one of our orders; it may lag behind by some tenths of a second."""
        return (await self._calls.read(paths.below(paths.ORDER_READS, order_id), kalshi_portfolio.parse_order)).order

    async def orders(self, query: Query) -> list[kalshi_portfolio.OrderBody]:
        """Return all of our orders of a query (``ticker``, ``status``, ``min_ts`` in Unix seconds, ...)."""
        query = {"limit": 1000, **self._own, **query}
        pages = self._calls.pages(paths.ORDER_READS, kalshi_portfolio.parse_orders, query)
        return [order async for page in pages for order in page.orders]

    async def order_by_client_id(self, client_order_id: str, ticker: str) -> kalshi_portfolio.OrderBody | None:
        """Return our order of that id, or None: the venue has no filter, so the market's orders are searched."""
        query: Query = {"limit": 1000, **self._own, "ticker": ticker}
        pages = self._calls.pages(paths.ORDER_READS, kalshi_portfolio.parse_orders, query)
        async for page in pages:
            for order in page.orders:
                if order.client_order_id == client_order_id:
                    return order
        return None

    async def fills(self, query: Query) -> list[kalshi_portfolio.FillBody]:
        """Return all of our fills of a query (``ticker``, ``order_id``, ``min_ts`` in Unix seconds, ...)."""
        query = {"limit": 1000, **self._own, **query}
        pages = self._calls.pages(paths.FILLS, kalshi_portfolio.parse_fills, query)
        return [fill async for page in pages for fill in page.fills]

    async def positions(self) -> list[kalshi_portfolio.PositionBody]:
        """Return all of our open positions."""
        query: Query = {"limit": 1000, **self._own, "count_filter": "position"}
        pages = self._calls.pages(paths.POSITIONS, kalshi_portfolio.parse_positions, query)
        return [position async for page in pages for position in page.market_positions]

    async def settlements(self, query: Query) -> list[kalshi_portfolio.SettlementBody]:
        """Return all of our settlements of a query."""
        query = {"limit": 1000, **self._own, **query}
        pages = self._calls.pages(paths.SETTLEMENTS, kalshi_portfolio.parse_settlements, query)
        return [settlement async for page in pages for settlement in page.settlements]

    async def balance(self) -> kalshi_portfolio.BalanceBody:
        """Return free cash, by shard where the venue tells it."""
        return await self._calls.read(paths.BALANCE, kalshi_portfolio.parse_balance, self._own)


class _RawPage:
    """A page kept as it came; only its cursor is read."""

    def __init__(self, body: bytes) -> None:
        self.body, self.cursor = body, kalshi_markets.parse_cursor(body).cursor
