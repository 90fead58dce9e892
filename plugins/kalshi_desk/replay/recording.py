"""Replay of a recording: its messages through the whole desk, and a table of what it covered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kalshi_desk.domain.decisions import FairValue, Refusal
from kalshi_desk.domain.ledger import Fill, Settlement
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.recordings.coverage import MarketCoverage, coverage
from kalshi_desk.recordings.reader import read
from kalshi_desk.replay.desk import DeskParams, ReplayDesk, Result


class Tally:
    """What a replay saw and did, for the table at its end."""

    def __init__(self) -> None:
        self.rows = self.evaluations = 0
        self.fair_values: Counter[str] = Counter()
        self.fills: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.pnl: dict[str, Cash] = {}

    def count(self, result: Result) -> None:
        """Take note of one result."""
        if isinstance(result, FairValue):
            self.fair_values[result.ticker] += 1
        elif isinstance(result, Refusal):
            self.refusals[f"{result.stage} {result.reason}"] += result.count
        elif isinstance(result, Fill):
            self.fills[result.ticker] += 1
        elif isinstance(result, Settlement):
            self.pnl[result.ticker] = result.pnl

    def table(self, markets: tuple[MarketCoverage, ...]) -> Iterator[str]:
        """Yield the coverage as lines: each market played, then the others by reason, then refusals by reason."""
        yield f"{'market':<26} {'deltas':>8} {'trades':>7} {'fair values':>11} {'fills':>6}  P&L"
        for row in markets:
            if row.refused is None:
                done = (
                    f"{self.fair_values[row.ticker]:>11} {self.fills[row.ticker]:>6}  {self.pnl.get(row.ticker, '-')}"
                )
                yield f"{row.ticker:<26} {row.deltas:>8} {row.trades:>7} {done}"
        refused = Counter(row.refused for row in markets if row.refused is not None)
        yield f"markets played: {len(markets) - refused.total()} of {len(markets)}"
        yield from (f"markets refused: {reason} {count}" for reason, count in sorted(refused.items()))
        yield from (f"refusals: {reason} {count}" for reason, count in self.refusals.most_common())
        fills, total = self.fills.total(), Cash(sum(self.pnl.values()))
        yield f"source rows {self.rows}, fills {fills}, markets settled with fills {len(self.pnl)}, P&L {total}"


def replay_recording(folder: Path, *, start: Nanos | None, params: DeskParams, tally: Tally) -> Iterator[Result]:
    """Yield all that the desk does over a recording, by event time; ``seen`` is the number of the message.

    Raises ParseError when the folder is no recording.
    """
    desk = ReplayDesk(params)
    for number, (rows, message) in enumerate(read(folder, start=start)):
        tally.rows += rows
        for result in desk.take(message, str(number)):
            tally.count(result)
            yield result
    for result in desk.finish():
        tally.count(result)
        yield result
    tally.evaluations = desk.evaluations


def covered(folder: Path, start: Nanos | None) -> tuple[MarketCoverage, ...]:
    """Return the coverage of the markets that close after ``start``."""
    since = Nanos(0) if start is None else start
    return tuple(row for row in coverage(folder) if row.close_time > since)
