"""The venue's reads over the simulated exchange: answers as of when the question arrived, or none."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import TypeVar

from kalshi_desk.domain.units import NANOS, Cash, Nanos, seconds
from kalshi_desk.errors import Retryable
from kalshi_desk.simulation.exchange import Exchange
from kalshi_desk.wire.kalshi_markets import ExchangeStatus
from kalshi_desk.wire.kalshi_portfolio import BalanceBody, FillBody, OrderBody, PositionBody, SettlementBody
from tests.steps.machine import told
from tests.steps.machine.turns import turn

TIMEOUT_NS = seconds(4.0)
T = TypeVar("T")
Query = dict[str, str | int | list[str]]


class VenueReads:
    """One account at the exchange; ``deaf`` reads fail before one works."""

    def __init__(self, account: str, opening: Cash, now: Nanos) -> None:
        self.account, self.now = account, now
        self.exchange = Exchange()
        self.exchange.open_account(account, {0: opening})
        self.deaf = 0
        self.fills_made: list[FillBody] = []
        self.paid: list[SettlementBody] = []

    async def _read(self, look: Callable[[], T]) -> T:
        """Ask, look there, and bring the answer; a read that takes too long is given up."""
        started = self.now
        await turn()
        if self.deaf:
            self.deaf -= 1
            raise Retryable("read", 503, "service_unavailable")
        found = look()
        await turn()
        if self.now - started > TIMEOUT_NS:
            raise Retryable("read", None, "timeout")
        return found

    async def order_by_client_id(self, client_order_id: str, ticker: str) -> OrderBody | None:
        def look() -> OrderBody | None:
            every = self.exchange.orders.values()
            return next((told.order_body(order) for order in every if order.client_order_id == client_order_id), None)

        return await self._read(look)

    async def orders(self, query: Query) -> list[OrderBody]:
        every = self.exchange.orders.values()
        return await self._read(lambda: [told.order_body(order) for order in every if order.state == query["status"]])

    async def fills(self, query: Query) -> list[FillBody]:
        since, order_id = int(str(query.get("min_ts", 0))), query.get("order_id")

        def look() -> list[FillBody]:
            recent = (fill for fill in self.fills_made if fill.created_time // NANOS >= since)
            return [fill for fill in recent if order_id in (None, fill.order_id)]

        return await self._read(look)

    async def positions(self) -> list[PositionBody]:
        held = self.exchange.accounts[self.account].holdings
        return await self._read(lambda: [told.position_body(ticker, h) for ticker, h in held.items() if h.count])

    async def balance(self) -> BalanceBody:
        return await self._read(lambda: BalanceBody(Cash(self.exchange.free_cash(self.account, 0) // 100 * 100)))

    async def settlements(self, query: Query) -> list[SettlementBody]:
        return await self._read(lambda: list(self.paid))

    async def market(self, ticker: str) -> SimpleNamespace:
        def look() -> SimpleNamespace:
            market = self.exchange.markets[ticker]
            return SimpleNamespace(
                status=market.status, result=market.result, settlement_value_dollars=market.settlement_value
            )

        return await self._read(look)

    async def status(self) -> ExchangeStatus:
        return await self._read(lambda: ExchangeStatus(True, True, ()))
