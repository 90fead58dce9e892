"""A recording folder: its files, its markets and its columns in batches, never a whole file.

A folder has the file names and columns of a KXBTC15M recording: ``markets``, ``book_deltas``, ``book_snapshots`` and
``coinbase_trades`` (parquet). Times are exchange times; a market's strike or result may be empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kalshi_desk.domain.units import IndexPrice, Nanos
from kalshi_desk.errors import ParseError

BATCH_ROWS = 16_384
# The system allocator returns what was read; the default pool would hold some 30 MB of it for good.
pa.set_memory_pool(pa.system_memory_pool())


class RecordedMarket(msgspec.Struct, frozen=True, kw_only=True):
    """What the markets file knows of one market; ``strike`` and ``settlement_price`` are None where it is empty."""

    ticker: str
    open_time: Nanos
    close_time: Nanos
    strike: IndexPrice | None
    settlement_price: IndexPrice | None
    result: str


class Recording:
    """The files of one folder. Raises ParseError when one is missing or is no parquet file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    def markets(self) -> tuple[RecordedMarket, ...]:
        """Return all markets by opening time, then ticker."""
        columns = ["ticker", "open_time", "close_time", "strike", "settlement_price", "result"]
        rows = [row for batch in self.batches("markets", columns) for row in _plain_times(batch).to_pylist()]
        return tuple(sorted((_market(row) for row in rows), key=lambda m: (m.open_time, m.ticker)))

    def batches(self, name: str, columns: list[str], text: tuple[str, ...] = ()) -> Iterator[pa.RecordBatch]:
        """Yield the named columns in batches; those in ``text`` are dictionary-encoded. An absent file has no rows."""
        path = self.folder / f"{name}.parquet"
        try:
            with pq.ParquetFile(path, read_dictionary=list(text), pre_buffer=False) as file:
                if missing := set(columns) - set(file.schema_arrow.names):
                    raise ParseError(str(path), f"has no column {sorted(missing)}")
                yield from file.iter_batches(batch_size=BATCH_ROWS, columns=columns, use_threads=False)
        except (OSError, pa.ArrowException) as fault:
            raise ParseError(str(path), str(fault)) from fault


def numbers(column: pa.Array) -> np.ndarray:
    """Return a column without empty cells as a numpy array; raises ParseError if one is empty.

    Arrow's own conversion would import pandas, 30 MB of it.
    """
    if column.null_count:
        raise ParseError("recording", f"{column.null_count} empty cells in a column of {column.type}")
    return np.from_dlpack(column)


def _plain_times(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Turn instants into nanoseconds: as Python objects they would drag pandas into memory."""
    for name in ("open_time", "close_time"):
        place = batch.schema.get_field_index(name)
        nanos = batch.column(place).cast(pa.timestamp("ns", "UTC")).cast(pa.int64())
        batch = batch.set_column(place, name, nanos)
    return batch


def _market(row: dict[str, Any]) -> RecordedMarket:
    return RecordedMarket(
        ticker=row["ticker"],
        open_time=Nanos(row["open_time"]),
        close_time=Nanos(row["close_time"]),
        strike=_index_price(row["strike"]),
        settlement_price=_index_price(row["settlement_price"]),
        result=row["result"] or "",
    )


def _index_price(value: float | None) -> IndexPrice | None:
    # The file stores doubles: their shortest decimal form is what was published.
    return None if value is None or value != value else IndexPrice.parse(repr(value))
