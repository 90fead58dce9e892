"""Recorded Coinbase trades; their size was not recorded and is None."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kalshi_desk.domain.inputs import SpotTrade
from kalshi_desk.domain.units import IndexPrice, Nanos
from kalshi_desk.recordings.folder import Recording, numbers


def read_trades(recording: Recording, since: Nanos) -> Iterator[tuple[int, SpotTrade]]:
    """Yield the trades from ``since`` on, with the rows consumed (those before it count with the first)."""
    passed = 0
    for batch in recording.batches("coinbase_trades", ["exch_us", "price", "trade_id"]):
        times = numbers(batch.column("exch_us")) * 1_000
        # The file holds doubles; at 1e-8 their nearest integer is the published price exactly.
        prices = np.rint(numbers(batch.column("price")) * 1e8).astype(np.int64)
        kept = times >= since
        rows = zip(
            times[kept].tolist(), prices[kept].tolist(), numbers(batch.column("trade_id"))[kept].tolist(), strict=True
        )
        passed += len(times) - int(kept.sum())
        for at, price, trade_id in rows:
            yield passed + 1, _trade(Nanos(at), price, str(trade_id))
            passed = 0


def _trade(at: Nanos, price: int, trade_id: str) -> SpotTrade:
    return SpotTrade(
        at=at,
        occurred_at=at,
        underlying="BTC",
        venue="coinbase",
        price=IndexPrice(price),
        size=None,
        trade_id=trade_id,
    )
