"""What a market's calls amount to: the samples of a full estimate, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kalshi_desk.domain.asked import BaseRate
from kalshi_desk.domain.estimate import Sample
from kalshi_desk.domain.units import Cash
from kalshi_desk.steps.estimate import Due, LeftOut, worth_full

FEWEST_SETTLED = 10


class CallMade(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded call: ``p_yes`` or ``fault``."""

    stage: str
    vendor: str
    model: str
    evidence_set: int
    p_yes: float | None
    fault: str | None
    cost: Cash


def conclude(due: Due, calls: Sequence[CallMade], min_edge: float) -> tuple[Sample, ...] | LeftOut:
    """Return the samples of the full estimate, of one vendor only where the other gave none, or why there are none."""
    seen = screened(calls)
    if seen is None:
        return _silent(due, calls)
    not_worth = worth_full(due, seen, min_edge)
    if not_worth is not None:
        return not_worth
    full = [call for call in calls if call.stage == "full"]
    samples = tuple(
        Sample(vendor=call.vendor, model=call.model, evidence_set=call.evidence_set, p_yes=call.p_yes)
        for call in full
        if call.p_yes is not None
    )
    return samples or _silent(due, full)


def screened(calls: Sequence[CallMade]) -> float | None:
    """Return the probability of the first look, None where nobody gave one."""
    return next((call.p_yes for call in calls if call.stage == "screen" and call.p_yes is not None), None)


def faults(calls: Sequence[CallMade]) -> dict[str, list[str]]:
    """Return each vendor's faults, each kind once."""
    found: dict[str, set[str]] = {}
    for call in calls:
        if call.fault is not None:
            found.setdefault(call.vendor, set()).add(call.fault)
    return {vendor: sorted(kinds) for vendor, kinds in sorted(found.items())}


def disagreement(samples: Sequence[Sample]) -> float | None:
    """Return how far the means of the evidence sets lie apart, None where there is one set only."""
    sets = {sample.evidence_set for sample in samples}
    means = [_mean([sample.p_yes for sample in samples if sample.evidence_set == each]) for each in sets]
    return max(means) - min(means) if len(means) > 1 else None


def p_base_rate(rates: Sequence[BaseRate]) -> float | None:
    """Return how often YES came in the series, else in the category, where ten or more had settled.

    By the rule of succession, so that what always came is not certain to come.
    """
    counted = {rate.scope: rate for rate in rates if rate.markets >= FEWEST_SETTLED}
    rate = counted.get("series", counted.get("category"))
    return None if rate is None else (rate.yes + 1) / (rate.markets + 2)


def _silent(due: Due, calls: Sequence[CallMade]) -> LeftOut:
    if not calls:
        return LeftOut(due.asked.ticker, "not_asked")
    told = "; ".join(f"{vendor}: {', '.join(kinds)}" for vendor, kinds in faults(calls).items())
    return LeftOut(due.asked.ticker, "no_answer", told)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
