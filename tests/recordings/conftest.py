"""A small recording written by hand: two markets of 15 minutes, two overlapping runs, a few trades."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kalshi_desk.domain.units import Nanos

OPEN = Nanos.parse("2026-05-11T12:00:00Z")
FIRST, SECOND = "KXBTC15M-26MAY110815-15", "KXBTC15M-26MAY110830-30"
US = 1_000


def at(seconds: float) -> Nanos:
    """Return so many seconds after the first market's open."""
    return Nanos(OPEN + round(seconds * 10**9))


def when(seconds: float) -> datetime:
    return datetime.fromtimestamp(at(seconds) / 10**9, UTC)


def delta(seconds, side, price, change, seq, *, run=1, ticker=FIRST):
    return {
        "recv_ns": at(seconds), "exch_us": at(seconds) // US, "ticker": ticker, "side": side, "price_e4": price,
        "delta_e2": change, "seq": seq, "run_id": run,
    }  # fmt: skip


def snapshot(seq, yes, no, *, run=1, ticker=FIRST):
    levels = [json.dumps([[price, count] for price, count in side]) for side in (yes, no)]
    return {
        "recv_ns": OPEN, "ticker": ticker, "yes_levels_json": levels[0], "no_levels_json": levels[1], "seq": seq,
        "run_id": run,
    }  # fmt: skip


def market(ticker, start, *, strike=80_000.25, result="yes"):
    return {
        "ticker": ticker, "open_time": when(start), "close_time": when(start + 900), "strike": strike,
        "settlement_price": None, "result": result,
    }  # fmt: skip


MARKETS = pa.schema(
    [
        ("ticker", pa.string()),
        ("open_time", pa.timestamp("us", "UTC")),
        ("close_time", pa.timestamp("us", "UTC")),
        ("strike", pa.float64()),
        ("settlement_price", pa.float64()),
        ("result", pa.string()),
    ]
)
DELTAS = pa.schema(
    [
        ("recv_ns", pa.int64()),
        ("exch_us", pa.int64()),
        ("ticker", pa.string()),
        ("side", pa.string()),
        ("price_e4", pa.int16()),
        ("delta_e2", pa.int64()),
        ("seq", pa.int64()),
        ("run_id", pa.int16()),
    ]
)
SNAPSHOTS = pa.schema(
    [
        ("recv_ns", pa.int64()),
        ("ticker", pa.string()),
        ("yes_levels_json", pa.string()),
        ("no_levels_json", pa.string()),
        ("seq", pa.int64()),
        ("run_id", pa.int16()),
    ]
)
TRADES = pa.schema(
    [("recv_ns", pa.int64()), ("exch_us", pa.int64()), ("price", pa.float64()), ("trade_id", pa.int64())]
)


def write(folder: Path, *, markets, deltas=(), snapshots=(), trades=()):
    """Write a recording folder; trades are (seconds, price)."""
    folder.mkdir(exist_ok=True)
    told = [
        {"recv_ns": at(seconds), "exch_us": at(seconds) // US, "price": price, "trade_id": place}
        for place, (seconds, price) in enumerate(trades)
    ]
    for name, schema, rows in (
        ("markets", MARKETS, markets), ("book_deltas", DELTAS, deltas), ("book_snapshots", SNAPSHOTS, snapshots),
        ("coinbase_trades", TRADES, told),
    ):  # fmt: skip
        pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), folder / f"{name}.parquet")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Run 1 is whole and longest for the first market; run 2 overlaps; the second market starts in mid-sequence."""
    return write(
        tmp_path / "tiny",
        markets=[market(FIRST, 0), market(SECOND, 900, result="no")],
        snapshots=[
            snapshot(1, [("0.4000", "10.00")], [("0.5500", "5.00")]),
            snapshot(1, [("0.4000", "10.00")], [], run=2),
            snapshot(6, [], []),
        ],
        deltas=[
            delta(10, "yes", 4100, 500, 2),
            delta(10, "no", 5500, -500, 3),
            delta(10, "yes", 3900, 100, 2, run=2),
            delta(11, "yes", 4100, -500, 4),
            delta(50, "yes", 4200, 250, 5),
            delta(910, "yes", 4300, 250, 7),
            delta(950, "yes", 4300, 250, 40, ticker=SECOND),
        ],
        trades=[(-5, 80_001.5), (12, 80_002.25), (905, 80_003.0)],
    )
