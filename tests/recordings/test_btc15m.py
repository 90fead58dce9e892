"""The KXBTC15M recording of May 2026: what it covers, and that its books are those of its ticker."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict

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
    connections = scan(recording)
    quotes, differences = _quotes(folder), []
    for chosen in _passes(connections):
        for ticker, (times, values) in _tops(recording, chosen, closes).items():
            for bid, ask, at in quotes[ticker, chosen[ticker]]:
                place = bisect_right(times, at + 999_999)
                if place and at < closes[ticker]:
                    mine = values[place - 1]
                    differences.append(max(abs(mine[0] - bid), abs(mine[1] - ask)))
    assert len(differences) == 17_815
    assert max(differences) <= 100


def _passes(connections):
    """Yield every whole connection, by ticker, one of each ticker at a time."""
    whole = {ticker: [one.run_id for one in found if one.whole] for ticker, found in connections.by_ticker.items()}
    for place in range(max(len(runs) for runs in whole.values())):
        yield {ticker: runs[place] for ticker, runs in whole.items() if len(runs) > place}


def _tops(recording, chosen, closes):
    """Return by ticker the times of its changes and the top of the book (YES bid, YES ask) after each."""
    books, tops = {}, {}
    for _, change in read_books(recording, chosen, closes=closes, since=Nanos(0)):
        book = books.setdefault(change.ticker, Book(change.ticker))
        book.apply(change)
        quote = book.quote()
        times, values = tops.setdefault(change.ticker, ([], []))
        times.append(change.at)
        values.append((quote.bid or 0, quote.ask or 10_000))
    return tops


def _quotes(folder):
    found = defaultdict(list)
    for row in pq.read_table(folder / "quotes.parquet").to_pylist():
        key = row["ticker"], row["run_id"]
        found[key].append((row["yes_bid_e4"], row["yes_ask_e4"], row["exch_ms"] * 1_000_000))
    return found
