"""One connection's commands: subscribe, unsubscribe, update, list. Source: docs.kalshi.com, WebSockets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from kalshi_desk.simulation.accounts import Account
from kalshi_desk.venue_double import frames
from kalshi_desk.venue_double.channels import ALL_CHANNELS, INDEX_CHANNELS, MARKET_CHANNELS, Channels, Subscription
from kalshi_desk.venue_double.listing import Listing

BOOKS = "orderbook_delta"


class CommandError(Exception):
    """A command that the venue refuses, by its code."""

    def __init__(self, code: int, text: str) -> None:
        self.code, self.text = code, text
        super().__init__(code, text)


class _Command(msgspec.Struct):
    cmd: str
    id: int = 0
    params: dict[str, Any] = {}


_decode = msgspec.json.Decoder(_Command)


class Connection:
    """The subscriptions of one connection; ``wake`` is told each market whose book is asked for.

    ``sees`` says whose fills and orders its key may see.
    """

    def __init__(
        self,
        channels: Channels,
        listings: Mapping[str, Listing],
        send: Callable[[str], None],
        wake: Callable[[str], None],
        sees: Callable[[Account], bool] = lambda account: True,
    ) -> None:
        self._channels, self._listings, self._send, self._wake = channels, listings, send, wake
        self._sees = sees
        self._subscriptions: dict[int, Subscription] = {}
        self._next_sid = 1

    def close(self) -> None:
        """End all subscriptions."""
        self._channels.drop(self._subscriptions.values())
        self._subscriptions.clear()

    def take(self, frame: str | bytes) -> None:
        """Obey a text frame or answer with an error."""
        command = _Command("")
        try:
            command = _decode.decode(frame)
            self._obey(command)
        except msgspec.DecodeError:
            self._refuse(command, 1, "Unable to process message")
        except CommandError as fault:
            self._refuse(command, fault.code, fault.text)

    def _refuse(self, command: _Command, code: int, text: str) -> None:
        self._send(frames.text({"id": command.id, "type": "error", "msg": {"code": code, "msg": text}}))

    def _obey(self, command: _Command) -> None:
        obey = {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "update_subscription": self._update,
            "list_subscriptions": self._list,
        }.get(command.cmd)
        if obey is None:
            raise CommandError(5, "Unknown command")
        obey(command)

    def _subscribe(self, command: _Command) -> None:
        names = command.params.get("channels")
        if not names:
            raise CommandError(3, "Channels required")
        if unknown := set(names) - ALL_CHANNELS:
            raise CommandError(8, f"Unknown channel name {sorted(unknown)[0]}")
        for channel in names:
            self._begin(channel, command)

    def _begin(self, channel: str, command: _Command) -> None:
        wanted = self._names(channel, command)
        if channel == BOOKS:
            self._known(wanted)
        subscription = self._find(channel)
        if subscription is None:
            subscription = Subscription(channel, self._next_sid, self._send, wanted, self._sees)
            subscription.yes_price = bool(command.params.get("use_yes_price", False))
            self._subscriptions[self._next_sid] = subscription
            self._next_sid += 1
            self._channels.add(subscription)
            fresh = wanted
        else:
            fresh = _extend(subscription, wanted)
        reply = {"id": command.id, "type": "subscribed", "msg": {"channel": channel, "sid": subscription.sid}}
        self._send(frames.text(reply))
        if channel == BOOKS:
            self._snapshots(subscription, fresh or set())

    def _find(self, channel: str) -> Subscription | None:
        return next((one for one in self._subscriptions.values() if one.channel == channel), None)

    def _names(self, channel: str, command: _Command) -> set[str] | None:
        if channel not in INDEX_CHANNELS:
            return _tickers(command.params) if channel in MARKET_CHANNELS else None
        wanted = set(command.params.get("index_ids", ()))
        return None if "all" in wanted else wanted

    def _known(self, wanted: set[str] | None) -> None:
        if not wanted:
            raise CommandError(14, "Market ticker required")
        if unknown := sorted(wanted - self._listings.keys()):
            raise CommandError(16, f"Market not found {unknown[0]}")
        for ticker in wanted:
            self._wake(ticker)

    def _snapshots(self, subscription: Subscription, tickers: set[str], reply_to: int | None = None) -> None:
        for ticker in sorted(tickers):
            msg = frames.snapshot(self._listings[ticker], yes_price=subscription.yes_price)
            subscription.tell("orderbook_snapshot", msg, reply_to=reply_to)

    def _unsubscribe(self, command: _Command) -> None:
        sids = command.params.get("sids")
        if not sids:
            raise CommandError(4, "Subscription IDs required")
        for sid in sids:
            subscription = self._of_sid(sid)
            self._channels.drop([subscription])
            del self._subscriptions[sid]
            subscription.acknowledge("unsubscribed", command.id, "{}")

    def _of_sid(self, sid: int) -> Subscription:
        if sid not in self._subscriptions:
            raise CommandError(7, "Unknown subscription ID")
        return self._subscriptions[sid]

    def _update(self, command: _Command) -> None:
        params = command.params
        sids = params.get("sids") or ([params["sid"]] if "sid" in params else [])
        if len(sids) != 1:
            raise CommandError(12, "Exactly one subscription ID required")
        subscription, action = self._of_sid(sids[0]), params.get("action")
        if action is None:
            raise CommandError(15, "Action required")
        if action in ("subscribe_indices", "unsubscribe_indices"):
            self._change(subscription, set(params.get("index_ids", ())), command, add=action[0] == "s")
        elif action in ("add_markets", "delete_markets"):
            self._change(subscription, _tickers(params) or set(), command, add=action[0] == "a")
        elif action == "get_snapshot" and subscription.channel == BOOKS:
            tickers = _tickers(params)
            self._known(tickers)
            self._snapshots(subscription, tickers or set(), reply_to=command.id)
        else:
            raise CommandError(13, "Unsupported action")

    def _change(self, subscription: Subscription, names: set[str], command: _Command, *, add: bool) -> None:
        books = subscription.channel == BOOKS
        if add and books:
            self._known(names)
        if add:
            fresh = _extend(subscription, names)
        else:
            fresh = set()
            subscription.names = (subscription.names or set()) - names
        told = frames.text({"market_tickers": sorted(subscription.names or ())})
        subscription.acknowledge("ok", command.id, told)
        if add and books:
            self._snapshots(subscription, fresh)

    def _list(self, command: _Command) -> None:
        told = [{"channel": one.channel, "sid": one.sid} for one in self._subscriptions.values()]
        self._send(frames.text({"id": command.id, "type": "ok", "msg": told}))


def _tickers(params: Mapping[str, Any]) -> set[str] | None:
    one = params.get("market_ticker")
    wanted = set(params.get("market_tickers", ())) | ({one} if one else set())
    return wanted or None


def _extend(subscription: Subscription, names: set[str] | None) -> set[str]:
    """Add names to a subscription and return those that are new to it."""
    if names is None:
        subscription.names = None
        return set()
    fresh = names - (subscription.names or set())
    if subscription.names is not None:
        subscription.names |= names
    return fresh
