"""The KXBTC15M recording of May 2026: what it covers, and that its books are those of its ticker."""

from __future__ import annotations

from collections import Counter, defaultdict, deque

import pyarrow.parquet as pq
import pytest

from kalshi_desk.domain.book import Book
from kalshi_desk.domain.units import Nanos
from kalshi_desk.recordings.books import read_books
from kalshi_desk.recordings.connections import scan
from kalshi_desk.recordings.coverage import coverage
from kalshi_desk.recordings.folder import Recording

pytestmark = pytest.mark.recording
NAME = "kalshi_btc15m_ws_2026-05"


@pytest.fixture(scope="module")
def folder(recordings_dir):
    if not (recordings_dir / NAME).is_dir():
        pytest.skip(f"no {NAME} in {recordings_dir}")
    return recordings_dir / NAME


def test_32_markets_can_be_traded_and_three_connections_are_gapped(folder):
    counts = Counter(row.refused for row in coverage(folder))
    assert counts == {None: 32, "no_deltas": 57, "no_trades": 11, "gapped": 3, "no_result": 2, "no_strike": 1}


def test_books_agree_with_the_ticker_within_a_cent(folder):
    """Aligned by exchange time: all deltas up to the ticker's millisecond, same connection, before the close."""
    recording = Recording(folder)
    closes = {market.ticker: market.close_time for market in recording.markets()}
    quotes = _quotes(folder, closes)
    differences = [
        difference
        for chosen in _passes(scan(recording))
        for difference in _differences(recording, chosen, closes, quotes)
    ]
    assert len(differences) == 17_815
    assert max(differences) <= 100


def _passes(connections):
    """Yield every whole connection, by ticker, one of each ticker at a time."""
    whole = {ticker: [one.run_id for one in found if one.whole] for ticker, found in connections.by_ticker.items()}
    for place in range(max(len(runs) for runs in whole.values())):
        yield {ticker: runs[place] for ticker, runs in whole.items() if len(runs) > place}


def _differences(recording, chosen, closes, quotes):
    """Yield, for each of the ticker's quotes, how far the book with all changes until then is from it."""
    books = {}
    for _, change in read_books(recording, chosen, closes=closes, since=Nanos(0)):
        ticker = change.ticker
        yield from _until(change.at, books.get(ticker), quotes[ticker, chosen[ticker]])
        book = books.setdefault(ticker, Book(ticker))
        book.apply(change)
    for ticker, book in books.items():
        yield from _until(None, book, quotes[ticker, chosen[ticker]])


def _until(at, book, quotes):
    while quotes and (at is None or quotes[0][0] < at):
        _, bid, ask = quotes.popleft()
        if book is None:
            continue
        mine = book.quote()
        yield max(abs((mine.bid or 0) - bid), abs((mine.ask or 10_000) - ask))


def _quotes(folder, closes):
    """Return each connection's quotes before the close, in order, as (end of its millisecond, YES bid, YES ask)."""
    found = defaultdict(list)
    for row in pq.read_table(folder / "quotes.parquet").to_pylist():
        at = row["exch_ms"] * 1_000_000
        if at < closes.get(row["ticker"], 0):
            found[row["ticker"], row["run_id"]].append((at + 999_999, row["yes_bid_e4"], row["yes_ask_e4"]))
    return defaultdict(deque, {key: deque(sorted(rows)) for key, rows in found.items()})
