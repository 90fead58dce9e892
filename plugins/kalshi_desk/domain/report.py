"""The daily report's figures and its Markdown: what was earned, what it cost, and whether the model beat the price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kalshi_desk.domain import report_parts as parts
from kalshi_desk.domain.report_parts import (
    Coming,
    Costs,
    DeskDay,
    ForecasterScore,
    Incident,
    ModelCost,
    ResultRow,
    dollars,
)


@dataclass(frozen=True)
class Skill:
    """Mean Brier scores of model and market mid ``minutes`` before the close, over ``n`` settled markets."""

    minutes: int
    n: int
    brier_model: float
    brier_mid: float


@dataclass(frozen=True)
class Money:
    """Dollars of one UTC day, net of fees; equity, and what was paid in, None where no mark was taken that day."""

    realized: Decimal
    fees: Decimal
    equity_open: Decimal | None
    equity_close: Decimal | None
    lowest: Decimal | None
    paid_in: Decimal | None


@dataclass(frozen=True)
class Activity:
    """Counts of one UTC day."""

    priced_markets: int
    signals: int
    refusals: int
    orders: int
    fills: int
    settlements: int
    dead_letters: int
    alerts: int


@dataclass(frozen=True)
class DailyReport:
    """One UTC day of one account, with the money of further ones; ``until`` names the last instant that it covers."""

    account: str
    mode: str
    date: str
    until: str
    money: Money
    activity: Activity
    refusals: Sequence[tuple[str, int]]
    settled: Sequence[tuple[str, str, str, Decimal]]
    skill: Sequence[Skill]
    desks: Sequence[DeskDay]
    estimates: int
    forecasters: Sequence[ForecasterScore]
    costs: Costs
    models: Sequence[ModelCost]
    incidents: Sequence[Incident]
    coming: Sequence[Coming]
    results: Sequence[ResultRow]
    further: Sequence[tuple[str, Money]] = ()


def summary_line(report: DailyReport) -> str:
    """Return the day in one sentence."""
    money, did = report.money, report.activity
    return (
        f"{report.mode.capitalize()} account {report.account}: {did.settlements} markets settled for "
        f"{dollars(money.realized)} after {dollars(money.fees)} fees, {did.fills} fills from {did.orders} orders."
    )


def markdown(report: DailyReport) -> str:
    """Return the report as Markdown."""
    sections = (
        _head(report), _money(report) + _further(report), parts.desks(report.desks), parts.results(report.results),
        parts.incidents(report.incidents), _activity(report),
        parts.forecasts(report.forecasters, report.estimates), parts.spending(report.costs, report.models),
        _skill(report), _settled(report), parts.tomorrow(report.coming),
    )  # fmt: skip
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _head(report: DailyReport) -> list[str]:
    return [f"# {report.date}", "", summary_line(report), "", f"Covers the UTC day up to {report.until}."]


def _money(report: DailyReport) -> list[str]:
    money = report.money
    rows = [
        ("Realised, net of fees", dollars(money.realized)),
        ("Fees", dollars(money.fees)),
        ("Equity at the start", dollars(money.equity_open)),
        ("Equity at the end", dollars(money.equity_close)),
        ("Lowest equity", dollars(money.lowest)),
        ("Paid in, less withdrawn", dollars(money.paid_in)),
    ]
    return ["## Money", "", "| | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows)]


def _further(report: DailyReport) -> list[str]:
    if not report.further:
        return []
    head = ["", "| further account | realised | fees | equity at the end |", "|---|---:|---:|---:|"]
    return head + [
        f"| {name} | {dollars(money.realized)} | {dollars(money.fees)} | {dollars(money.equity_close)} |"
        for name, money in report.further
    ]


def _activity(report: DailyReport) -> list[str]:
    did = report.activity
    counts = ("priced_markets", "signals", "refusals", "orders", "fills", "settlements", "dead_letters", "alerts")
    rows = [f"| {name.replace('_', ' ')} | {getattr(did, name):,} |" for name in counts]
    top = [f"| {reason} | {count:,} |" for reason, count in report.refusals]
    why = ["", "Why there was no order:", "", "| reason | count |", "|---|---:|", *top] if top else []
    return ["## Activity", "", "| | count |", "|---|---:|", *rows, *why]


def _skill(report: DailyReport) -> list[str]:
    if not report.skill:
        return ["## Model against the market", "", "No settled market was scored."]
    rows = [f"| {s.minutes} | {s.n} | {s.brier_model:.4f} | {s.brier_mid:.4f} | {_verdict(s)} |" for s in report.skill]
    head = ["| minutes to close | markets | Brier, model | Brier, mid | better |", "|---:|---:|---:|---:|---|"]
    return ["## Model against the market", "", "Lower is better.", "", *head, *rows]


def _verdict(skill: Skill) -> str:
    if skill.brier_model == skill.brier_mid:
        return "equal"
    return "model" if skill.brier_model < skill.brier_mid else "market"


def _settled(report: DailyReport) -> list[str]:
    if not report.settled:
        return ["## Settled positions", "", "None."]
    rows = [f"| {ticker} | {held} | {result} | {dollars(pnl)} |" for ticker, held, result, pnl in report.settled]
    return ["## Settled positions", "", "| market | held | result | P&L |", "|---|---:|---|---:|", *rows]
