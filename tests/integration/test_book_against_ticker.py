"""The book, built from every delta of a recording, shows what the venue's own ticker showed at that millisecond."""

import json
from collections import defaultdict, deque

import pyarrow.parquet as parquet
import pytest

from kalshi_desk.domain.book import Book
from kalshi_desk.domain.inputs import BookChanged
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import PAYOUT, Count, Nanos, Price
from kalshi_desk.errors import SequenceGap

CENT = 100
OUTCOMES = {outcome.value: outcome for outcome in Outcome}

pytestmark = pytest.mark.recording


@pytest.fixture(scope="module")
def folder(recordings_dir):
    return recordings_dir / "kalshi_btc15m_ws_2026-05"


def rows(folder, name, *columns):
    """Return a file's rows by connection, each (run, ticker)."""
    table = parquet.read_table(folder / f"{name}.parquet", columns=["run_id", "ticker", *columns])
    found = defaultdict(list)
    for run, ticker, *values in zip(*(column.to_pylist() for column in table.columns), strict=True):
        found[run, ticker].append(values)
    return found


def frames(snapshots, deltas):
    """Return the frames of one connection by sequence number."""
    whole = [(seq, None, (json.loads(yes), json.loads(no))) for seq, yes, no in snapshots]
    return sorted(whole + [(seq, at, change) for seq, at, *change in deltas], key=lambda frame: frame[0])


def tops(ticker, connection, instants):
    """Yield each instant (us) after the first delta with the best bid and ask that all deltas until then left.

    Raises SequenceGap if one does not follow.
    """
    book, expected, asked, begun = Book(ticker), 0, deque(sorted(instants)), False
    for seq, at, change in connection:
        while at is not None and asked and asked[0] < at:
            instant, quote = asked.popleft(), book.quote()
            if begun:
                yield instant, quote.bid or 0, quote.ask or PAYOUT
        if at is not None and seq != expected:
            raise SequenceGap(ticker, expected, seq)
        expected = seq + 1
        if at is None:
            yes, no = (tuple((Price.parse(p), Count.parse(c)) for p, c in side) for side in change)
            now = Nanos(0)
            book.apply(BookChanged(at=now, occurred_at=now, ticker=ticker, version=seq, snapshot=True, yes=yes, no=no))
        else:
            side, price, delta = change
            book.apply_delta(OUTCOMES[side], Price(price), Count(delta))
            begun = True
    quote = book.quote()
    yield from ((instant, quote.bid or 0, quote.ask or PAYOUT) for instant in asked if begun)


def test_every_ticker_message_is_matched_and_every_gap_refused(folder):
    markets = parquet.read_table(folder / "markets.parquet", columns=["ticker", "close_time"]).to_pylist()
    closes_ms = {market["ticker"]: int(market["close_time"].timestamp() * 1_000) for market in markets}
    quotes = rows(folder, "quotes", "exch_ms", "yes_bid_e4", "yes_ask_e4")
    snapshots = rows(folder, "book_snapshots", "seq", "yes_levels_json", "no_levels_json")
    deltas = rows(folder, "book_deltas", "seq", "exch_us", "side", "price_e4", "delta_e2")
    compared, wrong, gapped = 0, [], []
    for key in deltas:
        told = sorted((ms * 1_000 + 999, bid, ask) for ms, bid, ask in quotes[key] if ms < closes_ms[key[1]])
        try:
            shown = list(tops(key[1], frames(snapshots[key], deltas[key]), [at for at, _, _ in told]))
        except SequenceGap:
            gapped.append(key)
            continue
        compared += len(shown)
        for (at, bid, ask), (_, our_bid, our_ask) in zip(told[len(told) - len(shown) :], shown, strict=True):
            if abs(our_bid - bid) > CENT or abs(our_ask - ask) > CENT:
                wrong.append((key, at))
    assert (compared, wrong, len(gapped)) == (17_815, [], 3)
