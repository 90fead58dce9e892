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
    compared = worst = 0
    for run, tickers in _whole(connections).items():
        tops = _tops(recording, dict.fromkeys(tickers, run), closes)
        for ticker, bid, ask, at in _quotes(folder, run):
            if ticker not in tops or at >= closes[ticker]:
                continue
            times, values = tops[ticker]
            place = bisect_right(times, at + 999_999)
            if place:
                compared += 1
                worst = max(worst, abs(values[place - 1][0] - bid), abs(values[place - 1][1] - ask))
    assert (compared, worst <= 100) == (17_815, True)


def _whole(connections):
    by_run = defaultdict(set)
    for ticker, found in connections.by_ticker.items():
        for one in found:
            if one.whole:
                by_run[one.run_id].add(ticker)
    return by_run


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


def _quotes(folder, run):
    columns = ["ticker", "yes_bid_e4", "yes_ask_e4", "exch_ms"]
    table = pq.read_table(folder / "quotes.parquet", columns=[*columns, "run_id"], filters=[("run_id", "=", run)])
    for row in table.select(columns).to_pylist():
        yield row["ticker"], row["yes_bid_e4"], row["yes_ask_e4"], row["exch_ms"] * 1_000_000
