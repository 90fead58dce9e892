"""The writes: orders, for the one process that holds the trading key, and transfers. None is ever repeated here."""

from __future__ import annotations

from kalshi_desk.adapters.kalshi import paths
from kalshi_desk.adapters.kalshi.budget import CANCEL_COST, DEFAULT_COST
from kalshi_desk.adapters.kalshi.calls import KalshiCalls, Query
from kalshi_desk.domain.transfer import Transfer
from kalshi_desk.wire import kalshi_orders as orders
from kalshi_desk.wire import kalshi_transfers as transfers


class KalshiWrites:
    """Writes; every method raises Rejected (a definite no) or OutcomeUnknown (look it up).

    The primary subaccount is not named: it is what a write that names none is for.
    """

    def __init__(self, calls: KalshiCalls, subaccount: int | None = None) -> None:
        self._calls, self._subaccount = calls, subaccount or None
        self._own = paths.in_subaccount(self._subaccount)

    async def reserve(self) -> None:
        """Wait for the tokens of one order and spend them."""
        await self._calls.write_budget.spend(DEFAULT_COST)

    async def create(self, order: orders.NewOrder) -> orders.Created:
        """Send an order at once, with the tokens of ``reserve``; its client order id is spent, whatever the answer."""
        body = orders.create_body(order, self._subaccount)
        return await self._calls.write("POST", paths.ORDER_WRITES, orders.parse_created, body=body, cost=0)

    async def cancel(self, order_id: str, ticker: str) -> orders.Canceled:
        """Cancel what rests of an order; Rejected ``not_found`` means that nothing rests any more."""
        path = paths.below(paths.ORDER_WRITES, order_id)
        query: Query = {"market_ticker": ticker, **self._own}
        return await self._calls.write(
            "DELETE", path, orders.parse_canceled, query=query, cost=CANCEL_COST, cancel=True
        )

    async def amend(self, change: orders.Amendment) -> orders.Amended:
        """Change price and count of a resting order."""
        path = paths.below(paths.ORDER_WRITES, change.order_id, "amend")
        body = orders.amend_body(change)
        return await self._calls.write("POST", path, orders.parse_amended, body=body, query=self._own)

    async def create_group(self, contracts: int, exchange_index: int) -> str:
        """Create an order group on a shard and return its id."""
        body = orders.group_body(contracts, exchange_index, self._subaccount)
        path = paths.below(paths.ORDER_GROUPS, "create")
        return (await self._calls.write("POST", path, orders.parse_group, body=body)).order_group_id

    async def change_group(self, group_id: str, exchange_index: int, action: str, contracts: int | None = None) -> None:
        """Do one of trigger (stop it and cancel its orders), reset and limit (to ``contracts``) to an order group.

        Stopping it may spend the tokens that are kept for cancels.
        """
        body = b"" if contracts is None else orders.limit_body(contracts)
        path, query = paths.below(paths.ORDER_GROUPS, group_id, action), {"exchange_index": exchange_index, **self._own}
        await self._calls.write("PUT", path, orders.parse_done, body=body, query=query, cancel=action == "trigger")

    async def transfer(self, transfer: Transfer) -> str:
        """Move cash between shards and return the venue's id of it; Rejected 409 means that it has been moved."""
        body = transfers.transfer_body(transfer)
        return (await self._calls.write("POST", paths.TRANSFERS, transfers.parse_transfer, body=body)).transfer_id
