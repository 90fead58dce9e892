"""Folders of forecasts or prices with outcomes as questions; a folder is known by its files and columns, not its name.

Three kinds: forecasts of a tournament with its experts (``forecasts``: ``*_mean``, ``pro_median``), live forecasts with
a market's price (``forecasts``: ``llm_prob``, ``market_price``), and frozen prices (``questions``: ``freeze_value``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from kalshi_desk.domain.question import Question
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError, UnitError
from kalshi_desk.recordings.folder import BATCH_ROWS
from kalshi_desk.recordings.questions import instant

Row = dict[str, Any]
VENDORS = {"gpt_4o": "gpt", "claude_3_5_sonnet_20241022": "claude"}
NOBODY_TRADED = 0.02
DAY_NS = 86_400 * 10**9


@dataclass(frozen=True)
class Kind:
    """One kind of folder: the file it has, the columns that tell it, and how a row becomes a question."""

    file: str
    columns: frozenset[str]
    question: Callable[[Row], Question | None]


@dataclass
class ForecastSet:
    """The questions of a folder; as they are read, ``left_out`` counts the rows that gave none, by reason.

    ``fault`` is what was wrong with the first row that could not be used.
    """

    folder: Path
    left_out: Counter[str] = field(default_factory=Counter)
    fault: str | None = None

    def questions(self) -> Iterator[Question]:
        """Yield the resolved questions in the order of the file, each id once.

        Raises ParseError where the folder is of no known kind, or none of its resolved rows can be used.
        """
        kind = _kind_of(self.folder)
        seen: set[str] = set()
        for number, row in enumerate(_rows(self.folder / kind.file)):
            try:
                question = _read(kind, row)
            except (KeyError, TypeError, ValueError, UnitError) as fault:
                self.left_out["unusable"] += 1
                self.fault = self.fault or f"row {number}: {type(fault).__name__}: {fault}"
                continue
            if question is None:
                self.left_out["unresolved"] += 1
            elif question.id in seen:
                self.left_out["repeated"] += 1
            else:
                seen.add(question.id)
                yield question
        if not seen and self.fault is not None:
            raise ParseError(f"{self.folder.name}/{kind.file}", self.fault)


def _tournament(row: Row) -> Question | None:
    """Read a row of a tournament: the forecasts are from news before the opening, so it was asked then."""
    if row["outcome"] is None:
        return None
    means = {name.removesuffix("_mean"): p for name, p in row.items() if name.endswith("_mean")}
    forecasts = {VENDORS.get(name, name): p for name, p in means.items()} | {"experts": row["pro_median"]}
    texts = {name: row.get(name) for name in ("background", "resolution_criteria", "fine_print")}
    return _made(
        id=str(row["question_id"]), title=row["title"], category=row["category"], asked_at=instant(row["open_time"]),
        resolved_at=instant(row["resolve_time"]), outcome=row["outcome"], price=None, forecasts=forecasts,
        evidence=_texts(texts, row["open_time"]),
    )  # fmt: skip


def _live(row: Row) -> Question | None:
    """Read a live forecast; a price within 0.02 of one half is that of a new market without traders: none at all.

    The other probabilities of the row are made of the price; only the model's own is a forecast.
    """
    if row["outcome"] is None or not row["resolved"]:
        return None
    price = row["market_price"]
    return _made(
        id=str(row["pred_id"]), title=row["question"], category=row["category"], asked_at=instant(row["timestamp"]),
        resolved_at=instant(row["resolved_at"]), outcome=row["outcome"],
        price=None if price is None or abs(price - 0.5) <= NOBODY_TRADED else price,
        forecasts={"llm": row["llm_prob"]}, evidence=(),
    )  # fmt: skip


def _frozen(row: Row) -> Question | None:
    """Read a frozen price; the answer is known when its day is over, and the source stands for the category."""
    if not row["resolved"] or row["resolved_to"] not in (0, 1):
        return None
    texts = {name: row.get(name) for name in ("background", "resolution_criteria")}
    return _made(
        id=f"{row['source']}/{row['id']}/{row['forecast_due_date']}", title=row["question"], category=row["source"],
        asked_at=instant(row["freeze_datetime"]), resolved_at=Nanos(instant(row["resolution_date"]) + DAY_NS),
        outcome=row["resolved_to"], price=row["freeze_value"], forecasts={},
        evidence=_texts(texts, row["freeze_datetime"]),
    )  # fmt: skip


KINDS = (
    Kind("forecasts.parquet", frozenset({"question_id", "open_time", "resolve_time", "pro_median"}), _tournament),
    Kind("forecasts.parquet", frozenset({"pred_id", "timestamp", "market_price", "llm_prob"}), _live),
    Kind("questions.parquet", frozenset({"id", "source", "freeze_datetime", "freeze_value"}), _frozen),
)


def _kind_of(folder: Path) -> Kind:
    for kind in KINDS:
        if (folder / kind.file).is_file() and kind.columns <= set(_columns(folder / kind.file)):
            return kind
    raise ParseError(str(folder), "no known kind of dataset: it needs forecasts.parquet or questions.parquet of one")


def _columns(path: Path) -> list[str]:
    try:
        return list(pq.read_schema(path).names)
    except (OSError, pa.ArrowException) as fault:
        raise ParseError(str(path), str(fault)) from fault


def _rows(path: Path) -> Iterator[Row]:
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as fault:
        raise ParseError(str(path), str(fault)) from fault


def _read(kind: Kind, row: Row) -> Question | None:
    question = kind.question(row)
    if question is not None and question.resolved_at <= question.asked_at:
        raise ValueError(f"resolved at {question.resolved_at}, not after it was asked at {question.asked_at}")
    return question


def _made(*, category: str | None, outcome: float, forecasts: dict[str, float | None], **rest: Any) -> Question:
    if outcome not in (0, 1):
        raise ValueError(f"outcome {outcome} is neither 0 nor 1")
    known = {name: p for name, p in forecasts.items() if p is not None}
    own = {"category": category or "unnamed", "outcome": int(outcome), "forecasts": known}
    return msgspec.convert(rest | own, Question)


def _texts(texts: dict[str, str | None], observed_at: str) -> tuple[dict[str, str], ...]:
    at = str(instant(observed_at))
    kept = ((name, " ".join(text.split())) for name, text in texts.items() if text)
    return tuple({"kind": name, "text": text, "observed_at": at} for name, text in kept if text and text != "N/A")
