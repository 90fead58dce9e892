"""Switches, the watch list, requests, alerts and dead letters."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Nanos


class Switch(Message, frozen=True, kw_only=True):
    """The state of one switch: ``name`` is pause, halt or flatten; ``scope`` both, crypto or forecast.

    ``by`` is a person or the breaker that threw it; ``until`` ends a daily pause; ``account`` is the only one that it
    is for, where a desk has several and not all are meant.
    """

    name: str
    scope: str
    on: bool
    by: str
    reason: str
    until: Nanos | None = None
    account: str | UnsetType = UNSET

    @property
    def key(self) -> str:
        """Its key on the topic."""
        own = "" if self.account is UNSET else f":{self.account}"
        return f"{self.name}:{self.scope}{own}"

    def meant_for(self, account: str) -> bool:
        """Return whether an account has to obey it."""
        return self.account in (UNSET, account)


class Rung(Message, frozen=True, kw_only=True):
    """Where a strategy stands in a category: ``rung`` paper, small or full; ``by`` a person, or the record itself.

    Its key on the topic is ``rung:strategy:category``.
    """

    account: str
    strategy: str
    category: str
    rung: str
    by: str
    reason: str


class Watch(Message, frozen=True, kw_only=True):
    """A market on the watch list; ``desk`` is its one owner, crypto or forecast."""

    ticker: str
    series_ticker: str
    desk: str
    open_time: Nanos
    close_time: Nanos


class EstimateRequest(Message, frozen=True, kw_only=True):
    """Something happened in a market that asks for a new estimate."""

    ticker: str
    reason: str


class Alert(Message, frozen=True, kw_only=True):
    """Something a person should know: ``severity`` info, warning or critical, with its remedy in the text."""

    app: str
    severity: str
    subject: str
    text: str


class DeadLetter(Message, frozen=True, kw_only=True):
    """A message that could not be used: where it stood, what was wrong, and the start of it."""

    app: str
    source: str
    partition: int | None
    offset: int | None
    error: str
    text: str
    payload: str
