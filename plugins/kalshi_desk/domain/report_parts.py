"""Parts of the daily report: the desks side by side, forecasts, costs, incidents, and what closes tomorrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kalshi_desk.domain.attribution import Part, by_strategy_and_category, total
from kalshi_desk.domain.units import Cash

ORDER = ("gpt", "claude", "ensemble", "calibrated", "blended", "price", "base_rate")


@dataclass(frozen=True)
class DeskDay:
    """One desk's day: dollars of its settlements, net of fees, and its counts."""

    desk: str
    realized: Decimal
    fees: Decimal
    orders: int
    fills: int
    settlements: int


@dataclass(frozen=True)
class ForecasterScore:
    """Mean scores of one forecaster over the ``n`` estimates that were scored that day; lower is better."""

    forecaster: str
    n: int
    brier: float
    log_score: float


@dataclass(frozen=True)
class ModelCost:
    """What one model was asked that day; ``faults`` are answers that could not be used."""

    model: str
    calls: int
    cached: int
    faults: int
    input_tokens: int
    output_tokens: int
    cost: Decimal


@dataclass(frozen=True)
class Costs:
    """Dollars: models of the day and of the month so far, MONTHLY_COSTS, and the month's result from settlements."""

    models_day: Decimal
    models_month: Decimal
    fixed_month: Decimal
    realized_month: Decimal

    @property
    def net_month(self) -> Decimal:
        """The month's result after models and fixed costs."""
        return self.realized_month - self.models_month - self.fixed_month


@dataclass(frozen=True)
class Incident:
    """Something that went wrong: an alert, messages that could not be used, or a failed check; ``count`` of it."""

    at: datetime
    kind: str
    text: str
    count: int


@dataclass(frozen=True)
class Coming:
    """A market held or watched that closes within a day; ``held`` is signed (+ YES, − NO), ``p_yes`` our estimate."""

    ticker: str
    title: str
    close_at: datetime
    held: Decimal
    p_yes: float | None
    p_price: float | None


@dataclass(frozen=True)
class ResultRow:
    """Dollars that a strategy or a category has brought so far; ``day`` is what the net gained that day."""

    name: str
    realized: Decimal
    unrealized: Decimal
    fees: Decimal
    net: Decimal
    day: Decimal


def dollars(amount: Decimal | None) -> str:
    """Return an amount with sign, cents and more decimals only where they are not zero; a dash for unknown."""
    if amount is None:
        return "–"
    text = f"{abs(amount):,.6f}".rstrip("0")
    whole, _, part = text.partition(".")
    return f"{'-' if amount < 0 else ''}${whole}.{part.ljust(2, '0')}"


def share(p: float | None) -> str:
    """Return a probability as per cent; a dash for unknown."""
    return "–" if p is None else f"{p:.1%}"


def holding(count: Decimal) -> str:
    """Return a signed count as ``2.00 no``; a dash for none."""
    return "–" if count == 0 else f"{abs(count):.2f} {'yes' if count > 0 else 'no'}"


def ranked(scores: Sequence[ForecasterScore]) -> list[ForecasterScore]:
    """Return the scores from the raw models to what was traded on, then price and base rate."""
    return sorted(scores, key=lambda score: ORDER.index(score.forecaster) if score.forecaster in ORDER else len(ORDER))


def desks(rows: Sequence[DeskDay]) -> list[str]:
    """Return the desks side by side as Markdown."""
    head = ["| desk | realised, net | fees | orders | fills | settled |", "|---|---:|---:|---:|---:|---:|"]
    lines = [_row(d.desk, dollars(d.realized), dollars(d.fees), d.orders, d.fills, d.settlements) for d in rows]
    return ["## Desks", "", *([*head, *lines] if rows else ["Neither desk traded."])]


def result_rows(now: Sequence[Part], before: Sequence[Part]) -> list[ResultRow]:
    """Return the result of every strategy, then of every category, then of all, and what it gained since ``before``."""
    rows = [
        _result(name, part, earlier.get(name))
        for earlier, later in zip(by_strategy_and_category(before), by_strategy_and_category(now), strict=True)
        for name, part in later.items()
    ]
    return [*rows, _result("all", total(now), total(before))] if rows else []


def results(rows: Sequence[ResultRow]) -> list[str]:
    """Return what strategies and categories have brought as Markdown."""
    head = ["| | realised | open, if sold now | fees | net | net, this day |", "|---|---:|---:|---:|---:|---:|"]
    lines = [_row(r.name, *map(dollars, (r.realized, r.unrealized, r.fees, r.net, r.day))) for r in rows]
    return ["## By strategy and by category", "", *([*head, *lines] if rows else ["No trades yet."])]


def _result(name: str, part: Part, before: Part | None) -> ResultRow:
    gained = Cash(part.net - before.net) if before is not None else part.net
    return ResultRow(name, *map(_exact, (part.realized, part.unrealized, part.fees, part.net, gained)))


def _exact(cash: Cash) -> Decimal:
    return Decimal(str(cash))


def forecasts(scores: Sequence[ForecasterScore], estimates: int) -> list[str]:
    """Return what was estimated and how estimates that settled that day scored, as Markdown."""
    made = f"{estimates} estimates were made."
    if not scores:
        return ["## Forecasts", "", f"{made} None was scored."]
    head = ["| forecaster | estimates | Brier | log score |", "|---|---:|---:|---:|"]
    lines = [_row(s.forecaster, s.n, f"{s.brier:.4f}", f"{s.log_score:.4f}") for s in ranked(scores)]
    return ["## Forecasts", "", f"{made} Scored that day, lower is better:", "", *head, *lines]


def spending(costs: Costs, models: Sequence[ModelCost]) -> list[str]:
    """Return costs against results as Markdown."""
    rows = [
        ("Models, this day", costs.models_day),
        ("Models, this month", costs.models_month),
        ("Fixed costs a month", costs.fixed_month),
        ("Settled this month, net of fees", costs.realized_month),
        ("Left of it after models and fixed costs", costs.net_month),
    ]
    table = ["| | |", "|---|---:|", *(f"| {name} | {dollars(value)} |" for name, value in rows)]
    if not models:
        return ["## Costs", "", *table]
    head = [
        "| model | calls | from cache | unusable | tokens in | tokens out | cost |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines = [
        _row(m.model, m.calls, m.cached, m.faults, f"{m.input_tokens:,}", f"{m.output_tokens:,}", dollars(m.cost))
        for m in models
    ]
    return ["## Costs", "", *table, "", *head, *lines]


def incidents(rows: Sequence[Incident]) -> list[str]:
    """Return what went wrong as Markdown, oldest first."""
    lines = [_row(f"{row.at:%H:%M:%S}", row.kind, row.count, row.text) for row in rows]
    head = ["| first at (UTC) | kind | times | what |", "|---|---|---:|---|"]
    return ["## Incidents", "", *([*head, *lines] if rows else ["None."])]


def tomorrow(rows: Sequence[Coming]) -> list[str]:
    """Return the markets that close within a day as Markdown, soonest first."""
    lines = [
        _row(
            f"{row.close_at:%Y-%m-%d %H:%M}", row.ticker, row.title, holding(row.held), share(row.p_yes),
            share(row.p_price),
        )
        for row in rows
    ]  # fmt: skip
    head = ["| closes (UTC) | market | question | held | estimate | price then |", "|---|---|---|---|---:|---:|"]
    return ["## Closing within a day", "", *([*head, *lines] if rows else ["Nothing held or watched."])]


def _row(*cells: object) -> str:
    texts = (str(cell).replace("|", "/").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(texts)} |"
