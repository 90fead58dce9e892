"""Ask the models about a batch of markets: a cheap first look at each, the whole panel where that sees an edge."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kalshi_desk.adapters.forecasters.forecaster import Forecaster
from kalshi_desk.batch.forecaster_calls import Call, CallLedger, Known
from kalshi_desk.domain.asked import Evidence
from kalshi_desk.domain.risk import Breach
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.steps.estimate import NO_SET, Due, estimate_id, evidence_sets, screen_evidence, worth_full
from kalshi_desk.wire.forecast_answer import UNANSWERED, Answer, Fault, unanswered
from kalshi_desk.wire.forecast_prompt import forecast_prompt
from kalshi_desk.wiring.forecasters import Panel

AT_ONCE = 8
SILENT_AFTER = 2


@dataclass
class Inquiry:
    """One batch under way: ``samples`` answers per model and evidence set; a vendor silent twice is left alone."""

    panel: Panel
    ledger: CallLedger
    account: str
    now: Nanos
    samples: int
    min_edge: float
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    silent: Counter[str] = field(default_factory=Counter)


async def ask_all(inquiry: Inquiry, due: Sequence[Due]) -> dict[str, Breach]:
    """Ask about each market, by rank; return the budgets that kept calls from starting, by ticker."""
    breaches = await asyncio.gather(*(ask_about(inquiry, each) for each in due))
    return {each.asked.ticker: breach for each, breach in zip(due, breaches, strict=True) if breach is not None}


async def ask_about(inquiry: Inquiry, due: Due) -> Breach | None:
    """Take the first look at a market and, where it is worth it, the full estimate's samples."""
    seen = await _first_look(inquiry, due)
    if isinstance(seen, Breach) or seen is None:
        return seen
    if worth_full(due, seen, inquiry.min_edge) is not None:
        return None
    sets = evidence_sets(due.evidence).items()
    rounds = [_samples(inquiry, due, forecaster, each) for each in sets for forecaster in inquiry.panel.full]
    return _first_breach(await asyncio.gather(*rounds))


async def _first_look(inquiry: Inquiry, due: Due) -> float | Breach | None:
    for forecaster in inquiry.panel.screen:
        call = _call(inquiry, due, forecaster, (NO_SET, screen_evidence(due.evidence)), sample=0)
        outcome = await _ask(inquiry, forecaster, call)
        if isinstance(outcome, Breach) or outcome.p_yes is not None:
            return outcome if isinstance(outcome, Breach) else outcome.p_yes
    return None


async def _samples(
    inquiry: Inquiry, due: Due, forecaster: Forecaster, shown: tuple[int, tuple[Evidence, ...]]
) -> Breach | None:
    """Ask for every sample on one evidence set: the first alone, so that the others find the prompt in the cache."""
    calls = [_call(inquiry, due, forecaster, shown, sample=sample) for sample in range(inquiry.samples)]
    first = await _ask(inquiry, forecaster, calls[0])
    others = await asyncio.gather(*(_ask(inquiry, forecaster, call) for call in calls[1:]))
    return _first_breach([first, *others])


def _call(
    inquiry: Inquiry, due: Due, forecaster: Forecaster, shown: tuple[int, tuple[Evidence, ...]], *, sample: int
) -> Call:
    ticker, (number, evidence) = due.asked.ticker, shown
    return Call(
        estimate_id=estimate_id(inquiry.account, ticker, inquiry.now),
        ticker=ticker,
        stage="screen" if number == NO_SET else "full",
        vendor=forecaster.vendor,
        model=forecaster.model,
        evidence_set=number,
        sample=sample,
        prompt=forecast_prompt(due.asked, evidence, now=inquiry.now),
    )


async def _ask(inquiry: Inquiry, forecaster: Forecaster, call: Call) -> Known | Breach:
    async with inquiry.slots:
        worst = forecaster.worst(call.prompt)
        begun = inquiry.ledger.begin(call, worst)
        if begun is not None:
            return begun
        answer = await _answer(inquiry, forecaster, call)
        inquiry.ledger.finish(call, answer, reserved=worst)
        return Known(answer.p_yes)


async def _answer(inquiry: Inquiry, forecaster: Forecaster, call: Call) -> Answer:
    if inquiry.silent[call.vendor] >= SILENT_AFTER:
        return unanswered(Fault.VENDOR_DOWN, Cash(0))
    answer = await forecaster.ask(call.prompt)
    inquiry.silent[call.vendor] = inquiry.silent[call.vendor] + 1 if answer.fault in UNANSWERED else 0
    return answer


def _first_breach(outcomes: Iterable[object]) -> Breach | None:
    return next((outcome for outcome in outcomes if isinstance(outcome, Breach)), None)
