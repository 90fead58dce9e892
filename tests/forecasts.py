"""Questions, evidence and prompts for tests, with everything but the point of the test filled in."""

from typing import Any

from kalshi_desk.domain.asked import Asked, BaseRate, EconomicValue, Evidence
from kalshi_desk.domain.units import Nanos, Price
from kalshi_desk.steps.estimate import Due
from kalshi_desk.wire.forecast_prompt import Prompt, forecast_prompt

NOW = Nanos.parse("2026-11-21T12:00:00Z")
TICKER = "KXFEDDECISION-26DEC-C25"


def asked(**changes: Any) -> Asked:
    fields: dict[str, Any] = {
        "ticker": TICKER, "category": "Economics", "title": "Will the Federal Reserve cut rates in December?",
        "rules": "Resolves Yes if the upper bound of the target range is lower after the December 2026 meeting.",
        "close_at": Nanos.parse("2026-12-09T19:00:00Z"),
        "base_rates": (BaseRate("series", "KXFEDDECISION", 40, 12), BaseRate("category", "Economics", 900, 280)),
        "economic": (EconomicValue("FEDFUNDS", "2026-10-01", "3.88"),),
    }  # fmt: skip
    return Asked(**fields | changes)


def article(number: int = 1, **changes: Any) -> Evidence:
    fields: dict[str, Any] = {
        "article_id": f"a{number}", "source": "federalreserve.gov", "title": f"Minutes of the meeting, part {number}",
        "summary": "Officials were divided. Several saw inflation above target.",
        "published_at": Nanos.parse("2026-11-19T19:00:00Z"), "relevance": 1 - number / 100,
    }  # fmt: skip
    return Evidence(**fields | changes)


def prompt(question: Asked | None = None, *evidence: Evidence) -> Prompt:
    return forecast_prompt(question or asked(), evidence or (article(),), now=NOW)


def due(**changes: Any) -> Due:
    fields: dict[str, Any] = {
        "asked": asked(), "evidence": tuple(article(n) for n in range(1, 6)), "bid": Price.parse("0.40"),
        "ask": Price.parse("0.44"), "reason": "first",
    }  # fmt: skip
    return Due(**fields | changes)
