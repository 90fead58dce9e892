"""Estimates to signals: every estimated market gets a signal, or the one reason why it has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from kalshi_desk.domain import risk
from kalshi_desk.domain.correlation import CLUSTERED
from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.fees import fee_known
from kalshi_desk.domain.limits import DeskLimits
from kalshi_desk.domain.market import Market, Quote
from kalshi_desk.domain.risk import Breach
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.steps.correlate import Pair, Stake, cluster_of, too_alike
from kalshi_desk.steps.market_view import tradable
from kalshi_desk.strategies.forecast_edge import ForecastParams, ForecastView, decide

Answer = Signal | Refusal


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A market with its latest estimate and its newest quote; None where nothing is known of it."""

    estimate: Estimate
    market: Market | None
    quote: Quote | None
    quoted_at: Nanos | None


class SignalParams(msgspec.Struct, frozen=True, kw_only=True):
    """What forming signals is told: whether the strategy runs, which data checks failed, how old quotes may be."""

    strategy: ForecastParams
    on: bool
    blocked: tuple[str, ...]
    quote_age_s: float


def strategy_params(limits: DeskLimits, *, selection: float, life_s: int) -> ForecastParams:
    """Return the strategy's thresholds under these limits: entries that an exit rule would undo are left out."""
    return ForecastParams(
        min_edge=limits.min_edge,
        min_price=limits.min_entry_price,
        max_price=limits.max_entry_price,
        below=risk.TAKE_PROFIT_ENTRY_CAP if "take_profit" in limits.exits else None,
        not_within_s=risk.TIME_DECAY_ENTRY_BAN_NS / NANOS if "time_decay" in limits.exits else None,
        selection=selection,
        life_s=life_s,
    )


def form(candidates: Iterable[Candidate], *, now: Nanos, params: SignalParams) -> list[Answer]:
    """Return one answer for each candidate, in their order, as if each were alone."""
    return [_answer(candidate, now, params) for candidate in candidates]


def _answer(candidate: Candidate, now: Nanos, params: SignalParams) -> Answer:
    if not params.on:
        return _refused(candidate.estimate, now, stage="edge", breach=Breach("strategy_off", "off", "STRATEGIES"))
    if params.blocked:
        failed = Breach("quality_failed", "; ".join(params.blocked)[:200], "all critical checks pass")
        return _refused(candidate.estimate, now, stage="quality", breach=failed)
    view = _view(candidate, now, params)
    if isinstance(view, Breach):
        return _refused(candidate.estimate, now, stage="price", breach=view)
    return decide(view, params.strategy)


def _view(candidate: Candidate, now: Nanos, params: SignalParams) -> ForecastView | Breach:
    """Return the market as the strategy sees it, or why it cannot be judged: not open, no fee, no fresh quote."""
    market, quote, quoted_at = candidate.market, candidate.quote, candidate.quoted_at
    if market is None:
        return Breach("market_unknown", "none", "listed")
    if not tradable(market, now):
        return Breach("market_not_open", market.status, str(market.close_time))
    if market.fee is None or not fee_known(market.fee):
        return Breach("fee_unknown", "none" if market.fee is None else market.fee.fee_type, "a known schedule")
    if quote is None or quoted_at is None or now - quoted_at > params.quote_age_s * NANOS:
        age = "none" if quoted_at is None else f"{(now - quoted_at) / NANOS:.0f}"
        return Breach("stale_quote", age, f"{params.quote_age_s:.0f}")
    return ForecastView(
        now=now,
        estimate=candidate.estimate,
        close_time=market.close_time,
        quote=quote,
        fee=market.fee,
        price_ranges=market.price_ranges,
    )


def spread_out(
    answers: Sequence[Answer], held: Iterable[Stake], known: Mapping[Pair, float], *, limit: float
) -> list[Answer]:
    """Refuse signals that are too much like what is held, or like a better signal beside them; keep the order.

    The others are told the cluster of their market, of whose risk the gate keeps account.
    """
    stakes = list(held)
    judged: dict[str, Answer] = {}
    for signal in sorted(signals_of(answers), key=lambda signal: (-signal.edge_adj, signal.ticker)):
        wish = Stake(signal.ticker, signal.outcome)
        breach = too_alike(wish, stakes, known, limit=limit)
        if breach is None:
            stakes.append(wish)
            cluster = cluster_of(signal.ticker, known, least=CLUSTERED)
            judged[signal.ticker] = msgspec.structs.replace(signal, cluster=cluster)
        else:
            judged[signal.ticker] = _too_alike(signal, breach)
    return [judged.get(answer.ticker, answer) for answer in answers]


def signals_of(answers: Iterable[Answer]) -> list[Signal]:
    """Return the signals among the answers."""
    return [answer for answer in answers if isinstance(answer, Signal)]


def _too_alike(signal: Signal, breach: Breach) -> Refusal:
    return Refusal(
        at=signal.at,
        ticker=signal.ticker,
        desk=signal.desk,
        stage="correlation",
        reason=breach.reason,
        value=breach.value,
        threshold=breach.threshold,
        decision_id=signal.decision_id,
        seen=signal.seen,
    )


def _refused(estimate: Estimate, now: Nanos, *, stage: str, breach: Breach) -> Refusal:
    return Refusal(
        at=now,
        ticker=estimate.ticker,
        desk="forecast",
        stage=stage,
        reason=breach.reason,
        value=breach.value,
        threshold=breach.threshold,
        seen=estimate.seen,
    )
