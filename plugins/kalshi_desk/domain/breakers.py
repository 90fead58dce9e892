"""Breakers: pure checks of losses and rejects that throw the pause switch.

A person's resume starts the count anew: losses are measured from there, and the peak falls to the equity of then.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.ledger import Equity
from kalshi_desk.domain.limits import Limit, RiskLimits, Share
from kalshi_desk.domain.risk import DAY_NS, Breach, bankroll
from kalshi_desk.domain.units import Cash, Nanos

MAX_CONSECUTIVE_REJECTS = 5
BREAKER = "breaker:"
HEARTBEAT, DATA_QUALITY, UNCOMPARED = f"{BREAKER}heartbeat", f"{BREAKER}data_quality", f"{BREAKER}uncompared"
MENDING = (HEARTBEAT, DATA_QUALITY, UNCOMPARED)  # pauses that end by themselves


class Trip(msgspec.Struct, frozen=True, kw_only=True):
    """A breaker that fires: ``scope`` both, crypto or forecast; ``until`` None waits for a person."""

    name: str
    scope: str
    breach: Breach
    until: Nanos | None


def utc_day(at: Nanos) -> int:
    """Return the number of the UTC day that an instant lies in."""
    return at // DAY_NS


def next_day(at: Nanos) -> Nanos:
    """Return the next UTC midnight."""
    return Nanos((utc_day(at) + 1) * DAY_NS)


def daily_loss(pnl: Cash, limit: Limit, *, roll: Cash, scope: str, now: Nanos) -> Trip | None:
    """Trip until the next UTC day once today's loss reaches the limit.

    ``pnl`` is today's P&L net of fees, ``roll`` the bankroll that today began with.
    """
    allowed = limit.of(roll)
    if -pnl < allowed:
        return None
    name = "max_daily_loss" if scope == "both" else f"{scope}_max_daily_loss"
    return Trip(name=name, scope=scope, breach=Breach(name, str(Cash(-pnl)), str(allowed)), until=next_day(now))


def drawdown(equity: Cash, peak: Cash, limit: Share) -> Trip | None:
    """Trip until a person resumes once equity is the limit's share, or more, below its peak."""
    if (peak - equity) * 10**Share.DECIMALS < limit * peak or peak <= equity:
        return None
    share = Share((peak - equity) * 10**Share.DECIMALS // peak) if peak > 0 else Share(10**Share.DECIMALS)
    return Trip(name="max_drawdown", scope="both", breach=Breach("max_drawdown", str(share), str(limit)), until=None)


def rejects(in_a_row: int) -> Trip | None:
    """Trip until a person resumes after five rejects of the venue in a row."""
    if in_a_row < MAX_CONSECUTIVE_REJECTS:
        return None
    breach = Breach("consecutive_rejects", str(in_a_row), str(MAX_CONSECUTIVE_REJECTS))
    return Trip(name="consecutive_rejects", scope="both", breach=breach, until=None)


class LossWatch:
    """Where losses are counted from: the day's beginning and the peak, or where a person last resumed.

    ``peak`` None means that no equity was seen yet.
    """

    def __init__(self, peak: Cash | None = None) -> None:
        self.peak = peak
        self._day: int | None = None
        self._since: dict[str, Cash] = {}
        self._last: tuple[Cash, Mapping[str, Cash]] | None = None

    def trips(self, equity: Equity, today: Mapping[str, Cash], limits: RiskLimits) -> list[Trip]:
        """Return every loss breaker that fires; ``today`` is the day's P&L by scope (both, crypto, forecast)."""
        self.note(equity, today)
        scopes = {"both": limits.max_daily_loss, "crypto": limits.crypto.max_daily_loss}
        scopes["forecast"] = limits.forecast.max_daily_loss
        roll = opening_roll(equity, limits)
        found = [
            daily_loss(Cash(today[s] - self._since.get(s, 0)), limit, roll=roll, scope=s, now=equity.at)
            for s, limit in scopes.items()
            if s in today
        ]
        found.append(drawdown(equity.equity, self.peak or Cash(0), limits.max_drawdown))
        return [trip for trip in found if trip is not None]

    def resume(self, scope: str) -> None:
        """Count anew from the latest equity, because a person said so."""
        if self._last is None:
            return
        equity, today = self._last
        self._since |= {name: pnl for name, pnl in today.items() if scope in ("both", name)}
        self.peak = equity if scope == "both" else self.peak

    def pay_in(self, amount: Cash) -> None:
        """Move the peak with cash that a person paid in, or withdrew (negative): it is neither gain nor loss."""
        if self.peak is not None:
            self.peak = Cash(self.peak + amount)
        if self._last is not None:
            equity, today = self._last
            self._last = Cash(equity + amount), today

    def count_from(self, today: Mapping[str, Cash], *, at: Nanos) -> None:
        """Count the losses of a UTC day from results by scope: a person resumed before this process started."""
        self._day, self._since = utc_day(at), dict(today)

    def note(self, equity: Equity, today: Mapping[str, Cash]) -> None:
        """Take note of an equity and the day's P&L by scope: where losses count from if a person resumes now."""
        if utc_day(equity.at) != self._day:
            self._day, self._since = utc_day(equity.at), {}
        self.peak = equity.equity if self.peak is None else max(self.peak, equity.equity)
        self._last = equity.equity, dict(today)


def opening_roll(equity: Equity, limits: RiskLimits) -> Cash:
    """Return the bankroll that the UTC day began with, of which a daily loss is a share."""
    before = Cash(equity.realized - equity.fees - equity.today)
    return bankroll(limits, net_pnl=before, venue_equity=Cash(equity.equity - equity.today))


def switch_of(trip: Trip, *, now: Nanos) -> Switch:
    """Return the pause that a trip throws."""
    text = f"{trip.breach.reason} {trip.breach.value} reached {trip.breach.threshold}"
    by = f"{BREAKER}{trip.name}"
    return Switch(at=now, name="pause", scope=trip.scope, on=True, by=by, reason=text, until=trip.until)


def stopped_group(desk: str, code: str, *, now: Nanos) -> Switch:
    """Return the pause of a desk whose order group the venue stopped by itself: it traded more than its limit."""
    reason = f"the venue stopped the order group of the {desk} desk: {code}"
    return Switch(at=now, name="pause", scope=desk, on=True, by=f"{BREAKER}order_group", reason=reason)


def refused_key(answer: str, *, now: Nanos) -> Switch:
    """Return the halt of an account whose key the venue does not take any more, until a person resumes."""
    reason = f"the venue refuses the account's key: {answer}"
    return Switch(at=now, name="halt", scope="both", on=True, by=f"{BREAKER}key", reason=reason)


def unreconciled(difference: str, *, now: Nanos) -> Switch:
    """Return the pause of both desks, until a person resumes, because books and venue differ and nobody knows why."""
    return Switch(at=now, name="pause", scope="both", on=True, by=f"{BREAKER}unreconciled", reason=difference)


def by_person(switch: Switch) -> bool:
    """Return whether a person threw a switch, and no breaker."""
    return not switch.by.startswith(BREAKER)


def in_force(switch: Switch | None, now: Nanos) -> bool:
    """Return whether a switch is on at ``now``: a daily pause ends by itself."""
    return switch is not None and switch.on and (switch.until is None or now < switch.until)


def standing(switches: Mapping[tuple[str, str], Switch], name: str, desk: str, now: Nanos) -> Switch | None:
    """Return the switch of that name in force for a desk, its own or that of both."""
    found = (switches.get((name, scope)) for scope in ("both", desk))
    return next((switch for switch in found if in_force(switch, now)), None)


def throw(switches: dict[tuple[str, str], Switch], switch: Switch) -> None:
    """Put a switch into the table of all, keyed by (name, scope); off for both desks by a person is off for each."""
    switches[switch.name, switch.scope] = switch
    if switch.scope == "both" and not switch.on and by_person(switch):
        for desk in ("crypto", "forecast"):
            switches.pop((switch.name, desk), None)


def resumed(switches: Mapping[tuple[str, str], Switch], *, now: Nanos) -> set[tuple[Nanos, str]]:
    """Return when a person ended which scope's pause in this UTC day, as far as the switches still tell it."""
    return {
        (switch.at, scope)
        for (name, scope), switch in switches.items()
        if name == "pause" and not switch.on and by_person(switch) and utc_day(switch.at) == utc_day(now)
    }


def strengthens(new: Switch, current: Switch | None, *, now: Nanos) -> bool:
    """Return whether ``new`` must be published: an equal or longer pause in force is never replaced.

    One that ends by itself is no such pause.
    """
    if current is None or not in_force(current, now) or current.by in MENDING:
        return True
    if current.until is None:
        return False
    return new.until is None or new.until > current.until
