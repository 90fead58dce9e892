"""Recorded book deltas as change sets with absolute sizes, through one book per connection that is read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from kalshi_desk.domain.inputs import BookChanged, Level
from kalshi_desk.domain.units import Count, Nanos, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.recordings.folder import Recording, numbers

_PRICES = tuple(Price(value) for value in range(10_001))
_COLUMNS = ["exch_us", "ticker", "side", "price_e4", "delta_e2", "seq", "run_id"]
Snapshots = dict[str, dict[int, tuple[dict[int, int], dict[int, int]]]]


class RecordedBook:
    """One market's bids by price (unit $0.0001) in 0.01 contracts: ``yes`` and ``no``."""

    def __init__(self, ticker: str) -> None:
        self.ticker, self.version = ticker, 0
        self.sides: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self.touched: tuple[set[int], set[int]] = (set(), set())

    def apply(self, side: int, price: int, delta: int) -> None:
        """Change one level; raises ParseError when it would become negative."""
        levels = self.sides[side]
        size = levels.get(price, 0) + delta
        if size > 0:
            levels[price] = size
        elif size == 0:
            levels.pop(price, None)
        else:
            raise ParseError("book_deltas", f"negative level {price} of {self.ticker}")
        self.touched[side].add(price)

    def change(self, at: int) -> BookChanged:
        """Return what was touched since the last message, with the sizes now there."""
        yes, no = (self._levels(side) for side in (0, 1))
        return self._message(at, yes, no, snapshot=False)

    def snapshot(self, at: int) -> BookChanged:
        """Return the whole book."""
        yes, no = (tuple((_PRICES[p], Count(c)) for p, c in sorted(side.items())) for side in self.sides)
        return self._message(at, yes, no, snapshot=True)

    def _levels(self, side: int) -> tuple[Level, ...]:
        levels, touched = self.sides[side], self.touched[side]
        if not touched:
            return ()
        return tuple((_PRICES[price], Count(levels.get(price, 0))) for price in sorted(touched))

    def _message(self, at: int, yes: tuple[Level, ...], no: tuple[Level, ...], *, snapshot: bool) -> BookChanged:
        self.touched[0].clear()
        self.touched[1].clear()
        self.version = 1 if snapshot else self.version + 1
        when = Nanos(at)
        return BookChanged(
            at=when, occurred_at=when, ticker=self.ticker, version=self.version, snapshot=snapshot, yes=yes, no=no
        )


def read_books(
    recording: Recording, chosen: Mapping[str, int], *, closes: Mapping[str, Nanos], since: Nanos
) -> Iterator[tuple[int, BookChanged]]:
    """Yield the change sets of the chosen run of each market until it closes, with the rows consumed."""
    replay = _Replay(read_snapshots(recording, chosen), since)
    for batch in recording.batches("book_deltas", _COLUMNS, text=("ticker", "side")):
        yield from replay.batch(batch, chosen, closes)
    yield from replay.finish()


def read_snapshots(recording: Recording, chosen: Mapping[str, int]) -> Snapshots:
    """Return the chosen runs' snapshots by ticker and sequence number: (yes, no) levels."""
    found: Snapshots = {ticker: {} for ticker in chosen}
    for batch in recording.batches("book_snapshots", ["ticker", "run_id", "seq", "yes_levels_json", "no_levels_json"]):
        for row in batch.to_pylist():
            if chosen.get(row["ticker"]) == row["run_id"]:
                sides = _levels(row["yes_levels_json"]), _levels(row["no_levels_json"])
                found[row["ticker"]][row["seq"]] = sides
    return found


def _levels(text: str) -> dict[int, int]:
    return {Price.parse(price): int(Count.parse(count)) for price, count in json.loads(text)}


class _Replay:
    """The books while the delta file is read; ``open_set`` is the book whose change set is not complete yet."""

    def __init__(self, snapshots: Snapshots, since: Nanos) -> None:
        self.snapshots, self.since = snapshots, since
        self.books: dict[str, RecordedBook] = {}
        self.open_set: RecordedBook | None = None
        self.open_at, self.rows, self.last_row, self.started = 0, 0, 0, since == 0

    def batch(
        self, batch: Any, chosen: Mapping[str, int], closes: Mapping[str, Nanos]
    ) -> Iterator[tuple[int, BookChanged]]:
        tickers = batch.column("ticker").dictionary.to_pylist()
        codes = numbers(batch.column("ticker").indices)
        runs = np.array([chosen.get(ticker, -1) for ticker in tickers])
        ends = np.array([closes.get(ticker, 0) for ticker in tickers], dtype=np.int64)
        times = numbers(batch.column("exch_us")) * 1_000
        kept = np.flatnonzero((numbers(batch.column("run_id")) == runs[codes]) & (times < ends[codes]))
        no_code = np.array([int(side == "no") for side in batch.column("side").dictionary.to_pylist()])
        columns = (
            kept, times[kept], codes[kept], no_code[numbers(batch.column("side").indices)[kept]],
            *(numbers(batch.column(name))[kept] for name in ("price_e4", "delta_e2", "seq")),
        )  # fmt: skip
        self.last_row = -1
        for row, at, code, *change in zip(*(column.tolist() for column in columns), strict=True):
            yield from self._delta(row, at, tickers[code], change)
        self.rows += len(times) - 1 - self.last_row

    def _delta(self, row: int, at: int, ticker: str, change: list[int]) -> Iterator[tuple[int, BookChanged]]:
        side, price, delta, seq = change
        book = self.open_set
        if book is None or at != self.open_at or ticker != book.ticker:
            yield from self._complete()
            if not self.started and at >= self.since:
                yield from self._begin()
            book = self.books.get(ticker)
            if book is None:
                book = self.books[ticker] = RecordedBook(ticker)
            self.open_set, self.open_at = book, at
        self.rows += row - self.last_row
        self.last_row = row
        snapshot = self.snapshots[ticker].get(seq - 1)
        if snapshot is not None:
            yield from self._reset(book, snapshot, at)
        book.apply(side, price, delta)

    def _reset(
        self, book: RecordedBook, sides: tuple[dict[int, int], dict[int, int]], at: int
    ) -> Iterator[tuple[int, BookChanged]]:
        book.sides = (dict(sides[0]), dict(sides[1]))
        message = book.snapshot(at)
        if self.started:
            yield 1, message

    def _complete(self) -> Iterator[tuple[int, BookChanged]]:
        if self.open_set is not None and self.started:
            rows, self.rows = self.rows, 0
            yield rows, self.open_set.change(self.open_at)

    def _begin(self) -> Iterator[tuple[int, BookChanged]]:
        """Show the books that were built silently up to ``since``."""
        self.started, rows, self.rows = True, self.rows, 0
        for book in self.books.values():
            yield rows, book.snapshot(self.since)
            rows = 0

    def finish(self) -> Iterator[tuple[int, BookChanged]]:
        """Yield what was held back at the end of the file."""
        yield from self._complete()
        if not self.started:
            yield from self._begin()
