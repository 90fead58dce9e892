"""Combine what the models answered in a run into estimates, store them, and publish those that are the newest."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.topics import ESTIMATES
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.calibration import known_calibrations
from kalshi_desk.batch.candidates import rules_text
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.batch.estimation import NOT_ESTIMATED, decode_due, known_estimates, pages_of, store_page
from kalshi_desk.domain.estimate import Estimate, Sample
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.spend import month_estimate
from kalshi_desk.domain.units import Cash, Nanos, Price
from kalshi_desk.steps.calibrate import Combined, calibration_of, combine
from kalshi_desk.steps.conclude import CallMade, conclude, disagreement, faults, p_base_rate, screened
from kalshi_desk.steps.estimate import Due, LeftOut, estimate_id, evidence_sets, rules_hash
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.combination import combine_params

log = structlog.get_logger()


@dataclass(frozen=True)
class Finding:
    """One market with its calls and what the models' samples combine to."""

    due: Due
    calls: Sequence[CallMade]
    samples: tuple[Sample, ...]
    combined: Combined


def publish_estimates(run_after: datetime, period: timedelta, asked: Sequence[dict[str, str]]) -> int:
    """Store and publish the run's estimates that are not there yet; return how many. ``asked`` names budgets hit.

    A market that closed or changed its rules since it was chosen is left out, as is one without an answer; the reasons
    stand in the run's page of what was not estimated. An estimate older than the newest is stored only.
    """
    capped = {ticker: budget for each in asked for ticker, budget in each.items()}
    with run_of(run_after, period) as run:
        due = [each for page, text in pages_of(run).items() if page >= 0 for each in decode_due(text)]
        known = known_estimates(run, due)
        fresh = [each for each in due if estimate_id(run.account, each.asked.ticker, run.now) not in known]
        concluded = [_conclude(run, each, capped) for each in fresh]
        found = [each for each in concluded if isinstance(each, Finding)]
        store_page(run, NOT_ESTIMATED, [each for each in concluded if isinstance(each, LeftOut)])
        for finding in found:
            queries("estimation").add_estimate(run.connection, **_row(run, finding))
        asyncio.run(_publish(run, found))
        _tell(run, found, len(due))
    return len(found)


def _conclude(run: Run, due: Due, capped: dict[str, str]) -> Finding | LeftOut:
    ticker = due.asked.ticker
    calls = _calls(run, ticker)
    samples = conclude(due, calls, run.settings.forecast_min_edge)
    if isinstance(samples, LeftOut):
        silent = samples.reason in ("not_asked", "no_answer")
        return LeftOut(ticker, capped[ticker]) if silent and ticker in capped else samples
    changed = _changed(run, due)
    if changed is not None:
        return LeftOut(ticker, changed)
    calibration = calibration_of(known_calibrations(run), due.asked.category)
    combined = combine(samples, calibration, price=due.mid, params=combine_params(run.settings))
    return Finding(due, calls, samples, combined)


def _calls(run: Run, ticker: str) -> list[CallMade]:
    wanted = {
        "account": run.account,
        "now": run.now.datetime(),
        "estimate_id": estimate_id(run.account, ticker, run.now),
    }
    rows = queries("estimation").calls(run.connection, **wanted)
    return [
        CallMade(
            stage=stage, vendor=vendor, model=model, evidence_set=evidence_set, p_yes=p_yes, fault=fault,
            cost=Cash.parse(str(cost)),
        )
        for stage, vendor, model, evidence_set, p_yes, fault, cost in rows
    ]  # fmt: skip


def _changed(run: Run, due: Due) -> str | None:
    """Return why the market is no longer the one that was asked about, None where it is."""
    current = queries("estimation").current(run.connection, ticker=due.asked.ticker)
    status, close_at, primary, secondary = current
    if status != "active" or Nanos.of(close_at) <= run.now:
        return "closed"
    return None if rules_text(primary, secondary) == due.asked.rules else "rules_changed"


def _row(run: Run, finding: Finding) -> dict[str, Any]:
    due, combined = finding.due, finding.combined
    return {
        "estimate_id": estimate_id(run.account, due.asked.ticker, run.now), "account": run.account,
        "ticker": due.asked.ticker, "category": due.asked.category,
        "p_vendors": encode(combined.p_vendors).decode(), "p_ensemble": combined.p_ensemble,
        "p_ensemble_stderr": combined.p_ensemble_stderr, "p_calibrated": combined.p_calibrated,
        "p_blended": combined.p_blended, "p_yes": combined.p_yes, "p_stderr": combined.stderr, "p_price": due.mid,
        "p_base_rate": p_base_rate(due.asked.base_rates), "blend_weight": combined.blend_weight,
        "exploratory": combined.exploratory, "details": encode(_details(finding)).decode(), "at": run.now.datetime(),
    }  # fmt: skip


def _details(finding: Finding) -> dict[str, Any]:
    due, samples = finding.due, finding.samples
    sets = evidence_sets(due.evidence)
    return {
        "reason": due.reason,
        "rules": rules_hash(due.asked.rules),
        "spread": str(Price(due.ask - due.bid)),
        "screen": screened(finding.calls),
        "samples": [{"vendor": each.vendor, "set": each.evidence_set, "p": each.p_yes} for each in samples],
        "faults": faults(finding.calls),
        "evidence": {str(number): [each.article_id for each in shown] for number, shown in sets.items()},
        "disagreement": disagreement(samples),
        "cost": str(Cash(sum(call.cost for call in finding.calls))),
    }


async def _publish(run: Run, found: Sequence[Finding]) -> None:
    tickers = [finding.due.asked.ticker for finding in found]
    at = run.now.datetime()
    rows = queries("estimation").newer_estimates(run.connection, account=run.account, tickers=tickers, now=at)
    newer = {ticker for (ticker,) in rows}
    messages = [_message(run, finding) for finding in found if finding.due.asked.ticker not in newer]
    if not messages:
        return
    publisher = await Publisher(addresses.broker(run.settings), addresses.underlyings(run.settings)).start()
    try:
        for message in messages:
            await publisher.publish(ESTIMATES, message.ticker, message)
    finally:
        await publisher.stop()


def _message(run: Run, finding: Finding) -> Estimate:
    asked, combined = finding.due.asked, finding.combined
    return Estimate(
        at=run.now,
        account=run.account,
        ticker=asked.ticker,
        category=asked.category,
        estimate_id=estimate_id(run.account, asked.ticker, run.now),
        p_yes=combined.p_yes,
        stderr=combined.stderr,
        exploratory=combined.exploratory,
    )


def _tell(run: Run, found: Sequence[Finding], asked: int) -> None:
    spent, since = queries("estimation").month_spend(run.connection, account=run.account, now=run.now.datetime())
    month = None
    if since is not None:
        month = str(month_estimate(Cash.parse(str(spent)), since=Nanos.of(since), now=run.now))
    log.info("estimation.done", asked=asked, estimated=len(found), spent=str(spent), month_estimate_dollars=month)
