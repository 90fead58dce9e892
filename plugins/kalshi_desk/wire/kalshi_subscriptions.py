"""Which markets a connection is subscribed to, and the frames that make it so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kalshi_desk.wire.kalshi_commands import (
    BOOKS,
    INDEX,
    INDEX_FAST,
    LIFECYCLE,
    TRADES,
    Command,
    add_markets,
    delete_markets,
    encode_command,
    subscribe,
    subscribe_indices,
)
from kalshi_desk.wire.kalshi_ws import Subscribed


class Subscriptions:
    """Books and trades of the wanted markets, every lifecycle, and the indices; numbers commands per connection."""

    def __init__(self, index_ids: Iterable[str]) -> None:
        self._index_ids = tuple(index_ids)
        self._sids: dict[str, int] = {}
        self._asked: dict[str, set[str]] = {}
        self._last_id = 0

    def greeting(self, wanted: Iterable[str]) -> list[str]:
        """Return the frames that open a new connection; nothing of the former one holds any more."""
        self._sids, self._asked, self._last_id = {}, {}, 0
        commands = [subscribe([LIFECYCLE])]
        if self._index_ids:
            commands += [subscribe_indices(channel, self._index_ids) for channel in (INDEX, INDEX_FAST)]
        return self.frames(commands) + self.follow(wanted)

    def follow(self, wanted: Iterable[str]) -> list[str]:
        """Return the frames that subscribe to exactly the wanted markets; a reply still due is waited for."""
        markets = set(wanted)
        return self.frames(command for channel in (BOOKS, TRADES) for command in self._channel(channel, markets))

    def confirmed(self, body: Subscribed) -> None:
        """Take the subscription's number, by which its markets can be changed."""
        self._sids[body.channel] = body.sid

    def frames(self, commands: Iterable[Command]) -> list[str]:
        """Return commands as frames, each with the next number."""
        frames = []
        for command in commands:
            self._last_id += 1
            frames.append(encode_command(self._last_id, command))
        return frames

    def _channel(self, channel: str, wanted: set[str]) -> list[Command]:
        asked, sid = self._asked.get(channel), self._sids.get(channel)
        if asked is None:
            self._asked[channel] = set(wanted)
            return self._first(channel, wanted)
        if sid is None:
            return []
        self._asked[channel] = set(wanted)
        return _changes(sid, added=wanted - asked, dropped=asked - wanted)

    def _first(self, channel: str, wanted: set[str]) -> list[Command]:
        if not wanted:
            del self._asked[channel]
            return []
        return [subscribe([channel], sorted(wanted))]


def _changes(sid: int, *, added: set[str], dropped: set[str]) -> list[Command]:
    return [
        command(sid, sorted(tickers))
        for command, tickers in ((add_markets, added), (delete_markets, dropped))
        if tickers
    ]


def coins_by_index(index_ids: Mapping[str, str], coins: Iterable[str]) -> dict[str, str]:
    """Return coin by index id, for the coins whose index is known."""
    return {index_ids[coin]: coin for coin in coins if coin in index_ids}
