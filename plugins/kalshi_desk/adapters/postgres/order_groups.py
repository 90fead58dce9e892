"""Where an account's order groups are kept over restarts, one a desk and shard."""

from __future__ import annotations

import asyncio
from contextlib import closing

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.order_group import OrderGroup

_sql = queries("order_groups")


class GroupShelf:
    """The rows of one account; raises psycopg2.Error where the database is away."""

    def __init__(self, database_url: str, account: str) -> None:
        self._url, self._account = database_url, account

    async def groups(self) -> list[OrderGroup]:
        """Return all groups of the account."""
        return await asyncio.to_thread(self._groups)

    def _groups(self) -> list[OrderGroup]:
        with closing(connect(self._url, "order groups")) as db, db:
            rows = list(_sql.all(db, account=self._account))
        return [
            OrderGroup(desk=desk, exchange_index=shard, group_id=group_id, contracts=contracts, stopped=stopped)
            for desk, shard, group_id, contracts, stopped in rows
        ]

    async def keep_group(self, group: OrderGroup) -> None:
        """Write a group in the place of its desk and shard."""
        await asyncio.to_thread(self._keep, group)

    def _keep(self, group: OrderGroup) -> None:
        with closing(connect(self._url, "order groups")) as db, db:
            _sql.keep(
                db,
                account=self._account,
                desk=group.desk,
                exchange_index=group.exchange_index,
                group_id=group.group_id,
                contracts=group.contracts,
                stopped=group.stopped,
            )
