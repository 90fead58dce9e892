"""The page as HTML: one template a part, so that a part is sent again only when it has changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from kalshi_desk.domain.funnel import Why
from kalshi_desk.domain.limits import InputLimits
from kalshi_desk.domain.units import Nanos
from kalshi_desk.page import forecasts, health, quotes, results, words, worth
from kalshi_desk.page.facts import Facts

PARTS = (
    "state", "health", "attention", "money", "results", "limits", "positions", "funnel", "prices", "markets",
    "forecasts", "scorecard", "activity",
)  # fmt: skip
_INPUTS = InputLimits()


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kalshi_desk.page"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    for filter_ in (
        words.dollars, words.signed, words.cents, words.contracts, words.paid, words.percent, words.whole, words.clock,
        words.measured, words.reason, words.meaning, millis, tone,
    ):  # fmt: skip
        environment.filters[filter_.__name__] = filter_
    return environment


def millis(at: Nanos | datetime | None) -> str:
    """Return an instant as Unix milliseconds for the browser, nothing if it is unknown."""
    if at is None:
        return ""
    return str((at if isinstance(at, Nanos) else Nanos.of(at)) // 1_000_000)


def tone(value: words.Number) -> str:
    """Return ``up``, ``down`` or ``flat`` for the colour of an amount."""
    amount = words.exact(value)
    return "flat" if not amount else "up" if amount > 0 else "down"


_templates = _environment()


def render_parts(facts: Facts) -> dict[str, str]:
    """Return the HTML of every part by name."""
    context = _context(facts)
    return {name: _templates.get_template(f"part_{name}.html").render(context) for name in PARTS}


def render_page(facts: Facts, *, token: str) -> str:
    """Return the whole page; ``token`` guards its forms."""
    return _templates.get_template("page.html").render(
        parts=render_parts(facts), token=token, mode=facts.mode, now=facts.now, speed=facts.speed
    )


def render_why(why: Why) -> str:
    """Return the page of one market: how far it came, and what became of the rest."""
    return _templates.get_template("why.html").render(why=why)


def curve(facts: Facts) -> list[list[float]]:
    """Return the equity curve as two columns, Unix seconds and dollars, for drawing alone."""
    rows = [] if facts.tables is None else facts.tables.curve
    return [[row["observed_at"].timestamp() for row in rows], [float(row["equity_dollars"]) for row in rows]]


def _context(facts: Facts) -> dict[str, Any]:
    found = health.findings(facts, _INPUTS)
    return {
        "facts": facts,
        "tables": facts.tables,
        "live": facts.live,
        "state": health.desk_state(facts),
        "findings": found,
        "sentence": health.sentence(found),
        "level": health.worst(found),
        "equity": worth.equity_of(facts),
        "since_start": worth.since_start(facts),
        "bars": worth.bars(facts),
        "positions": worth.positions(facts),
        "markets": quotes.market_rows(facts),
        "watched": forecasts.watch_rows(facts),
        "spend": forecasts.spend(facts),
        "coins": quotes.coin_rows(facts),
        "question": lambda ticker: words.question(facts.market(ticker), ticker),
        "index_s": facts.slack(_INPUTS.index_s),
        "spot_s": facts.slack(_INPUTS.spot_s),
        "book_s": facts.slack(_INPUTS.book_s),
        "mark_s": facts.slack(10.0),
        "results": results.results(facts),
        "result_s": facts.slack(2 * 3_600.0),
    }
