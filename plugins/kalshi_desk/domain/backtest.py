"""What a backtest of the forecast desk finds: scores of every forecaster, and the trades that followed from them.

Probabilities and scores are floats, money is Cash; in JSON both are numbers and instants ISO 8601.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from kalshi_desk.domain.skill import Bin, Interval
from kalshi_desk.domain.units import Cash, Count, Fixed, Nanos, Price

Bounds = tuple[float, float]
OWN_COLUMNS = ("mix", "calibrated", "blended", "price")


class Bet(msgspec.Struct, frozen=True, kw_only=True):
    """One entry, held until its question was answered; ``price`` is that of the outcome bought."""

    question: str
    title: str
    category: str
    asked_at: Nanos
    resolved_at: Nanos
    outcome: str
    price: Price
    count: Count
    cost: Cash
    fee: Cash
    pnl: Cash
    won: bool


class EquityPoint(msgspec.Struct, frozen=True):
    """The account's worth at an instant, what is held at cost."""

    at: Nanos
    equity: Cash


class CategoryResult(msgspec.Struct, frozen=True, kw_only=True):
    """The bets of one category; ``pnl`` is net of fees."""

    category: str
    trades: int
    won: int
    pnl: Cash
    fees: Cash


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Scores of forecasters over the same ``n`` questions, lower is better; None where there is nothing to score.

    Intervals are of 95 %, with questions of one title counted as one event. ``infinite`` counts questions on which a
    forecaster was certain and wrong: its log score has no finite value then and is None.
    """

    n: int
    brier: dict[str, float | None]
    log_score: dict[str, float | None]
    brier_interval: dict[str, Bounds | None]
    log_score_interval: dict[str, Bounds | None]
    infinite: dict[str, int]


class Trading(msgspec.Struct, frozen=True, kw_only=True):
    """What the bets made of the bankroll; times in days, shares of 1, the ratio per year.

    ``pnl_interval`` is of 95 %, bets answered on one day counted as one event. ``recovery_days`` lasts from the lowest
    point of the deepest fall to the height before it, None while that is not reached again.
    """

    bankroll: Cash
    pnl: Cash
    pnl_interval: tuple[Cash, Cash] | None
    fees: Cash
    trades: int
    gain: float
    sharpe: float | None
    max_drawdown: float
    recovery_days: float | None
    win_rate: float | None
    mean_trade_days: float | None
    by_category: tuple[CategoryResult, ...]
    refusals: dict[str, int]
    equity: tuple[EquityPoint, ...]
    bets: tuple[Bet, ...]


class ForecastBacktest(msgspec.Struct, frozen=True, kw_only=True):
    """A whole walk: the ``table`` over questions that have every compared column, and the trading.

    ``beside`` compares each further forecaster with them on the questions that it answered too; ``skill`` is by how
    much a column's Brier score is below the price's. ``assumptions`` are what the trading takes for granted.
    """

    questions: int
    asked_from: Nanos | None
    asked_until: Nanos | None
    table: Table
    beside: dict[str, Table]
    skill: dict[str, Interval | None]
    curves: dict[str, list[Bin]]
    trading: Trading
    assumptions: tuple[str, ...]


def summary(found: ForecastBacktest) -> dict[str, Any]:
    """Return the result as it is stored and printed: plain values, money as decimal numbers.

    A further forecaster's scores stand among the others', over the questions that ``beside`` counts for it.
    """
    scores = msgspec.structs.asdict(found.table)
    for name, other in found.beside.items():
        for score in ("brier", "log_score", "brier_interval", "log_score_interval", "infinite"):
            scores[score] = {**scores[score], name: getattr(other, score)[name]}
    rest = {
        name: getattr(found, name) for name in ("questions", "asked_from", "asked_until", "beside", "skill", "curves")
    }
    plain: dict[str, Any] = msgspec.to_builtins(
        {**scores, **rest, **msgspec.structs.asdict(found.trading), "assumptions": found.assumptions},
        builtin_types=(Decimal,), enc_hook=_plain,
    )  # fmt: skip
    return plain


def _plain(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, Fixed) else str(value)


def result_json(found: ForecastBacktest) -> bytes:
    """Return the result as indented JSON."""
    return msgspec.json.format(msgspec.json.Encoder(decimal_format="number").encode(summary(found)))


def verdict(found: ForecastBacktest) -> tuple[str, str]:
    """Return whether there is an edge after fees, in a word and in a sentence."""
    made, better = found.trading, found.skill.get("blended")
    if better is None:
        return "Cannot be said", "No question has both a forecast and a price, so there is nothing to trade against."
    bets = f"{made.trades} bet{'' if made.trades == 1 else 's'}"
    if made.pnl_interval is None:
        return "Not shown", f"{bets} cleared the costs: too few to tell anything."
    low, high = made.pnl_interval
    did = "lost" if made.pnl < 0 else "made"
    told = f"{bets} {did} {_dollars(Cash(abs(made.pnl)))} after {_dollars(made.fees)} of fees"
    reach = f"bets like these are expected to bring from {_dollars(low)} to {_dollars(high)} (95 %)"
    if low > 0:
        return "Yes, on these questions", f"{told}; {reach}."
    if high < 0:
        return "No", f"{told}; {reach}."
    return "Not shown", f"{told}, but {reach}: luck could explain it."


def _dollars(amount: Cash) -> str:
    return f"{'-' if amount < 0 else ''}${abs(amount.number):,.2f}"
