"""Forecast signals: the latest estimates against the newest quotes, to ``signals.v1`` and ``refusals.v1``.

A run decides once, and its decisions are kept before the first of them is sent: a rerun sends only what is not sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.topics import REFUSALS, SIGNALS
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.correlation import subject_of, vectors
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.batch.inputs import once
from kalshi_desk.batch.quality import blocked
from kalshi_desk.domain.correlation import Subject
from kalshi_desk.domain.decisions import Signal
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.market import Market, Outcome, Quote
from kalshi_desk.domain.message import Decoder
from kalshi_desk.domain.units import Count, Nanos, Price
from kalshi_desk.settings import Settings
from kalshi_desk.steps import forecast_signals as step
from kalshi_desk.steps.correlate import Pair, Stake, pair, pairs_above, unpriced
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.strategy import signal_params

SUITES = ("estimates", "markets", "snapshots")
ESTIMATE_AGE, CORRELATION_AGE = timedelta(hours=24), timedelta(days=3)
_market = Decoder[Market](Market, "desk.markets")


class Told(NamedTuple):
    """How many signals and refusals a run has told."""

    signals: int
    refusals: int


class Known(NamedTuple):
    """A candidate with what its market is about."""

    candidate: step.Candidate
    subject: Subject | None


def tell_signals(run_after: datetime, period: timedelta) -> Told:
    """Judge every watched market that has an estimate of the last 24 hours, and publish what came of it."""
    with run_of(run_after, period) as run:
        answers = once(run, "forecast_signals", list[step.Answer], lambda: answer(run))
    with run_of(run_after, period) as run:
        return once(run, "forecast_signals.told", Told, lambda: _tell(run, answers))


def _tell(run: Run, answers: Sequence[step.Answer]) -> Told:
    asyncio.run(_publish(run.settings, _fresh(run, answers)))
    signals = len(step.signals_of(answers))
    return Told(signals, len(answers) - signals)


def answer(run: Run) -> list[step.Answer]:
    """Return one signal or refusal for each estimated market, from what was known at the run's decision time."""
    params = signal_params(run.settings, blocked=tuple(blocked(run, SUITES)))
    known = _known(run, params.quote_age_s)
    answers = step.form([each.candidate for each in known], now=run.now, params=params)
    if not step.signals_of(answers):
        return answers
    staked, held = _staked(run)
    wished = {signal.ticker for signal in step.signals_of(answers)}
    about = staked + [each.subject for each in known if each.subject is not None and each.subject.ticker in wished]
    return step.spread_out(answers, held, _correlations(run, about), limit=run.settings.max_correlation)


def _known(run: Run, quote_age_s: float) -> list[Known]:
    now = run.now.datetime()
    rows = queries("signals").estimated(
        run.connection,
        account=run.account,
        now=now,
        oldest=now - ESTIMATE_AGE,
        quoted_after=now - timedelta(seconds=quote_age_s),
    )
    return [_one(run.account, *row) for row in rows]


def _one(account: str, *row: Any) -> Known:
    """Return a row of ``estimated`` as values."""
    name, ticker, category, p_yes, stderr, exploratory, at, definition, exclusive, *quoted = row
    estimate = Estimate(
        at=Nanos.of(at), account=account, ticker=ticker, category=category, estimate_id=name, p_yes=p_yes,
        stderr=stderr, exploratory=exploratory,
    )  # fmt: skip
    market = None if definition is None else _market(definition)
    quote, quoted_at = _quote(*quoted)
    candidate = step.Candidate(estimate=estimate, market=market, quote=quote, quoted_at=quoted_at)
    return Known(candidate, None if market is None else _subject(market, bool(exclusive), quote))


def _quote(
    bid: str | None, bid_count: str | None, ask: str | None, ask_count: str | None, at: datetime | None
) -> tuple[Quote | None, Nanos | None]:
    if at is None:
        return None, None
    return Quote(_price(bid), _count(bid_count), _price(ask), _count(ask_count)), Nanos.of(at)


def _price(text: str | None) -> Price | None:
    return None if text is None else Price.parse(text)


def _count(text: str | None) -> Count:
    return Count(0) if text is None else Count.parse(text)


def _subject(market: Market, exclusive: bool, quote: Quote | None) -> Subject:
    mid = None
    if quote is not None and quote.bid is not None and quote.ask is not None:
        mid = (quote.bid.number + quote.ask.number) / 2
    found = subject_of((market.ticker, market.event_ticker, market.series_ticker, market.title, exclusive))
    return msgspec.structs.replace(found, p_yes=mid)


def _staked(run: Run) -> tuple[list[Subject], list[Stake]]:
    """Return the forecast markets in which something is held or rests, and on which side."""
    rows = list(queries("signals").staked(run.connection, account=run.account, now=run.now.datetime()))
    stakes = [Stake(row[0], Outcome.YES if row[-1] else Outcome.NO) for row in rows]
    return [subject_of(row[:-1]) for row in rows], stakes


def _correlations(run: Run, about: Sequence[Subject]) -> dict[Pair, float]:
    """Return the correlations of markets as last stored; those of pairs never compared by their titles alone."""
    subjects = list({subject.ticker: subject for subject in about}.values())
    tickers, now = [subject.ticker for subject in subjects], run.now.datetime()
    if len(tickers) < 2:
        return {}
    rows = queries("signals").correlations(run.connection, tickers=tickers, now=now, oldest=now - CORRELATION_AGE)
    computed = pairs_above(tickers, unpriced(subjects, vectors(subjects)), 0.0)
    return computed | {pair(one, other): value for one, other, value in rows}


def _fresh(run: Run, answers: Sequence[step.Answer]) -> list[step.Answer]:
    rows = queries("signals").said(run.connection, account=run.account, now=run.now.datetime())
    said = {name for (name,) in rows}
    return [each for each in answers if (each.decision_id if isinstance(each, Signal) else each.ticker) not in said]


async def _publish(settings: Settings, answers: Sequence[step.Answer]) -> None:
    """Publish signals first, so that refusals of the same run do not keep them waiting."""
    if not answers:
        return
    publisher = await Publisher(addresses.broker(settings), addresses.underlyings(settings)).start()
    try:
        for signal in step.signals_of(answers):
            await publisher.send(SIGNALS, signal.account, signal)
        for each in answers:
            if not isinstance(each, Signal):
                await publisher.send(REFUSALS, each.ticker, each)
    finally:
        await publisher.stop()
