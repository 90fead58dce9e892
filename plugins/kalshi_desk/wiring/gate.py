"""The settings of the gate as its steps take them; the door, the portfolio and replay share them."""

from __future__ import annotations

from collections.abc import Mapping, Set

import msgspec

from kalshi_desk.adapters.postgres.holdings import read_beginning, read_today
from kalshi_desk.domain.breakers import resumed, utc_day
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.limits import WHOLE, RungShares, Share
from kalshi_desk.domain.risk import DAY_NS
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.settings import Settings
from kalshi_desk.steps.gate_state import GateParams
from kalshi_desk.wiring import addresses

ON_PAPER = RungShares(paper=WHOLE, small=WHOLE, full=WHOLE)
WITH_MONEY = RungShares(paper=Share(0), small=Share.parse("0.25"), full=WHOLE)


def gate_params(settings: Settings) -> GateParams:
    """Return the parameters of the gate, of exit reviews and of marks."""
    return GateParams(
        account=addresses.account(settings),
        limits=settings.risk_limits,
        crypto_series=frozenset(settings.crypto_series),
        rung_shares=ON_PAPER if settings.desk_mode == "paper" else WITH_MONEY,
        order_timeout_s=settings.order_timeout,
        coin_loading=settings.coin_loading,
        category_correlation=settings.category_correlation,
    )


def simulated_gate_params(settings: Settings) -> GateParams:
    """Return the gate's parameters where no money is at stake whatever the mode: of replay, backtests, benchmarks."""
    return msgspec.structs.replace(gate_params(settings), rung_shares=ON_PAPER)


def by_scope(booked: Mapping[str, Cash], params: GateParams) -> dict[str, Cash]:
    """Sum the results of markets by both, crypto and forecast."""
    total = dict.fromkeys(("both", "crypto", "forecast"), Cash(0))
    for ticker, pnl in booked.items():
        for scope in ("both", params.owner_of(ticker)):
            total[scope] = Cash(total[scope] + pnl)
    return total


def lost_before_resume(
    database_url: str,
    switches: Mapping[tuple[str, str], Switch],
    audited: Set[tuple[Nanos, str]],
    *,
    now: Nanos,
    params: GateParams,
) -> dict[str, Cash]:
    """Return today's results, by scope, that a person has put up with by resuming: breakers count from there.

    A desk's own has what was held then at its last mark before; both desks' is as it was told. ``audited`` are the
    resumes in the audit log: it knows one that a breaker's pause, over since, has replaced among the switches, and they
    know one that is not audited yet.
    """
    found: dict[str, Cash] = {}
    today = {(at, scope) for at, scope in audited if utc_day(at) == utc_day(now)}
    for at, scope in sorted(resumed(switches, now=now) | today):
        then = _today_at(database_url, at, params)
        found |= {name: pnl for name, pnl in then.items() if scope in ("both", name)}
    return found


def _today_at(database_url: str, at: Nanos, params: GateParams) -> dict[str, Cash]:
    midnight = Nanos(at // DAY_NS * DAY_NS)
    begun, then = (by_scope(read_beginning(database_url, params.account, t).pnl, params) for t in (midnight, at))
    today = {scope: Cash(then[scope] - begun[scope]) for scope in then}
    marked = read_today(database_url, params.account, at)
    return today if marked is None else today | {"both": marked}
