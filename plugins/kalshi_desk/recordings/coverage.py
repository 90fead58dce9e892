"""What a recording covers: per market how much there is of it, and why it cannot be traded where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from kalshi_desk.domain.units import IndexPrice, Nanos
from kalshi_desk.recordings.connections import Connections, scan
from kalshi_desk.recordings.folder import RecordedMarket, Recording, numbers

NO_STRIKE, NO_RESULT, NO_DELTAS, NO_TRADES, GAPPED = "no_strike", "no_result", "no_deltas", "no_trades", "gapped"


class MarketCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One market of a recording.

    rows: its book deltas over all runs.  deltas: those of the one connection that is read.  trades: Coinbase trades
    while it was open.  refused: the first reason why it cannot be traded, None when it can.
    """

    ticker: str
    open_time: Nanos
    close_time: Nanos
    rows: int
    deltas: int
    trades: int
    strike: IndexPrice | None
    result: str
    refused: str | None


def coverage(folder: Path) -> tuple[MarketCoverage, ...]:
    """Return the coverage table by opening time; raises ParseError when the folder is no recording."""
    recording = Recording(folder)
    return cover(recording, scan(recording))


def cover(recording: Recording, connections: Connections) -> tuple[MarketCoverage, ...]:
    """Return the coverage table from connections already scanned."""
    markets = recording.markets()
    trades = _trades_while_open(recording, markets)
    return tuple(_row(market, connections, count) for market, count in zip(markets, trades, strict=True))


def _row(market: RecordedMarket, connections: Connections, trades: int) -> MarketCoverage:
    chosen, rows = connections.chosen(market.ticker), connections.rows(market.ticker)
    reasons = (
        (market.strike is None, NO_STRIKE),
        (market.result not in ("yes", "no"), NO_RESULT),
        (rows == 0, NO_DELTAS),
        (chosen is None, GAPPED),
        (trades == 0, NO_TRADES),
    )
    return MarketCoverage(
        ticker=market.ticker,
        open_time=market.open_time,
        close_time=market.close_time,
        rows=rows,
        deltas=chosen.deltas if chosen else 0,
        trades=trades,
        strike=market.strike,
        result=market.result,
        refused=next((reason for wrong, reason in reasons if wrong), None),
    )


def _trades_while_open(recording: Recording, markets: Sequence[RecordedMarket]) -> list[int]:
    counts = np.zeros(len(markets), dtype=np.int64)
    opens = np.array([market.open_time // 1_000 for market in markets], dtype=np.int64)
    closes = np.array([market.close_time // 1_000 for market in markets], dtype=np.int64)
    for batch in recording.batches("coinbase_trades", ["exch_us"]):
        times = np.sort(numbers(batch.column("exch_us")))
        counts += np.searchsorted(times, closes) - np.searchsorted(times, opens)
    return [int(count) for count in counts]
