"""A recording as the messages of the wire, in exchange time, one row after the other.

Order: by time; at one instant a market's life first, then trades, then books. Deltas of one market that share their
exchange microsecond are one change set. A snapshot has no exchange time: it stands where its sequence number does,
right before the delta that follows it. A market that cannot be traded (see ``coverage``) is defined, its book lost.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from pathlib import Path

from kalshi_desk.domain.inputs import CryptoInput
from kalshi_desk.domain.units import Nanos
from kalshi_desk.recordings.books import read_books
from kalshi_desk.recordings.connections import scan
from kalshi_desk.recordings.coverage import cover
from kalshi_desk.recordings.folder import Recording
from kalshi_desk.recordings.lives import read_lives
from kalshi_desk.recordings.trades import read_trades

Row = tuple[int, CryptoInput]


def read(folder: Path, *, start: Nanos | None = None) -> Iterator[Row]:
    """Yield (source rows consumed since the last message, message); rows left out count with the next message.

    start: play from this instant on: markets open then are defined with what was known, books begin as snapshots.
    Raises ParseError when the folder is no recording or contradicts itself.
    """
    recording = Recording(folder)
    connections = scan(recording)
    table = cover(recording, connections)
    since = Nanos(0) if start is None else start
    chosen = {
        row.ticker: one.run_id
        for row in table
        if row.refused is None and row.close_time > since and (one := connections.chosen(row.ticker))
    }
    lives = read_lives(recording, table, since)
    trades = read_trades(recording, since)
    books = read_books(recording, chosen, closes={row.ticker: row.close_time for row in table}, since=since)
    return heapq.merge(lives, trades, books, key=_time)


def _time(row: Row) -> int:
    return row[1].at
