"""Money on the right shard: which desk lacks it where, and moving it."""

from __future__ import annotations

import asyncio
import getpass

import msgspec

from kalshi_desk.adapters.postgres.audit import AuditLog
from kalshi_desk.domain.transfer import Transfer
from kalshi_desk.domain.units import Cash
from kalshi_desk.settings import Settings
from kalshi_desk.steps.fund import move, planned
from kalshi_desk.strategies import crypto_fair_value, forecast_edge
from kalshi_desk.wire.kalshi_portfolio import BalanceBody
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.database import database_or_fault
from kalshi_desk.wiring.switches import event_now
from kalshi_desk.wiring.venue import reader, trader

DEFAULT_SHARD, CRYPTO_SHARD = 0, 2
CENT = 10_000
HOMES = {
    "crypto": (crypto_fair_value.NAME, CRYPTO_SHARD),
    "forecast": (forecast_edge.NAME, DEFAULT_SHARD),
}


class Shortage(msgspec.Struct, frozen=True, kw_only=True):
    """A desk that trades whose shard has less free than one trade may cost; ``move`` cash from ``source``, if any."""

    desk: str
    shard: int
    free: Cash
    source: int | None
    move: Cash


def fund(settings: Settings, *, source: int, destination: int, amount: Cash) -> Transfer:
    """Move cash between shards of the account and return what was moved.

    Raises UnitError, Rejected, OutcomeUnknown (the same call again moves it once at most) and DeskError.
    """
    account, now = addresses.account(settings), event_now(settings)
    audit = AuditLog(addresses.database_url(settings), account)

    async def ask() -> Transfer:
        transfer = await planned(audit, account, source, destination, amount=amount)
        async with trader(settings) as rest:
            await move(transfer, rest.writes, audit, actor=f"cli:{getpass.getuser()}", at=now)
        return transfer

    with database_or_fault():
        return asyncio.run(ask())


def read_balance(settings: Settings) -> BalanceBody:
    """Ask the venue what is free; raises Retryable, Rejected or ParseError."""

    async def ask() -> BalanceBody:
        async with reader(settings) as reads:
            return await reads.balance()

    return asyncio.run(ask())


def shortages(settings: Settings, free: dict[int, Cash]) -> list[Shortage]:
    """Return which desks lack cash on their shard, and from where to move how much: up to what it may risk in all."""
    limits, roll = settings.risk_limits, settings.risk_limits.initial_bankroll
    found = []
    for desk, (strategy, shard) in HOMES.items():
        here, own = free.get(shard, Cash(0)), limits.desk(desk)
        if strategy in settings.strategies and here < own.max_risk_per_trade.of(roll):
            richest = max((cash, index) for index, cash in {shard: here, **free}.items())
            wanted = min(own.max_total_risk.of(roll) - here, richest[0] // 2) // CENT * CENT
            source = richest[1] if richest[1] != shard and wanted > 0 else None
            found.append(Shortage(desk=desk, shard=shard, free=here, source=source, move=Cash(max(0, wanted))))
    return found
