"""Subscriptions of the venue's websocket: who is told what, each subscription with its own numbering.

Source: docs.kalshi.com, WebSockets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kalshi_desk.simulation.accounts import Account

MARKET_CHANNELS = frozenset({"orderbook_delta", "ticker", "trade", "fill", "user_orders", "market_positions"})
INDEX_CHANNELS = frozenset({"cfbenchmarks_value", "cfbenchmarks_value_5hz"})
OTHER_CHANNELS = frozenset({"market_lifecycle_v2", "order_group_updates", "multivariate_market_lifecycle"})
ALL_CHANNELS = MARKET_CHANNELS | INDEX_CHANNELS | OTHER_CHANNELS


@dataclass(eq=False)
class Subscription:
    """One sid of one connection; ``names`` are its tickers or index ids, None for all; ``sees`` its key's accounts."""

    channel: str
    sid: int
    send: Callable[[str], None]
    names: set[str] | None
    sees: Callable[[Account], bool] = lambda account: True
    yes_price: bool = False
    seq: int = 0

    def tell(self, kind: str, msg: str, *, reply_to: int | None = None) -> None:
        """Send a message, numbered."""
        self.seq += 1
        head = "" if reply_to is None else f'"id":{reply_to},'
        self.send(f'{{{head}"type":"{kind}","sid":{self.sid},"seq":{self.seq},"msg":{msg}}}')

    def acknowledge(self, kind: str, command: int, msg: str) -> None:
        """Send ``ok`` or ``unsubscribed``: it counts in the numbering too."""
        self.tell(kind, msg, reply_to=command)

    def wants(self, name: str) -> bool:
        """Tell whether this market or index is part of it."""
        return self.names is None or name in self.names


@dataclass
class Channels:
    """All subscriptions of all connections."""

    _by_channel: dict[str, list[Subscription]] = field(default_factory=dict)

    def add(self, subscription: Subscription) -> None:
        """Begin to tell a subscription."""
        self._by_channel.setdefault(subscription.channel, []).append(subscription)

    def drop(self, subscriptions: Iterable[Subscription]) -> None:
        """Stop telling subscriptions."""
        for subscription in subscriptions:
            self._by_channel[subscription.channel].remove(subscription)

    def wanting(self, channel: str, name: str) -> list[Subscription]:
        """Return the subscriptions of a channel that want this market or index."""
        return [one for one in self._by_channel.get(channel, ()) if one.wants(name)]

    def tell(self, channel: str, name: str, kind: str, *, body: Callable[[], str]) -> None:
        """Tell all that want it; the body is only written when there is somebody."""
        self._tell(self.wanting(channel, name), kind, body)

    def tell_owner(self, account: Account, channel: str, name: str, kind: str, *, body: Callable[[], str]) -> None:
        """Tell all that want it and whose key may see the account."""
        self._tell([one for one in self.wanting(channel, name) if one.sees(account)], kind, body)

    def _tell(self, wanting: Iterable[Subscription], kind: str, body: Callable[[], str]) -> None:
        if wanting:
            msg = body()
            for subscription in wanting:
                subscription.tell(kind, msg)
