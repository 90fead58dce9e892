"""The forecast desk over resolved questions: forecast, scored and traded from nothing but what was known when asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from kalshi_desk.domain.backtest import Bet, CategoryResult, ForecastBacktest, Trading
from kalshi_desk.domain.equity_curve import DAY_NS, deepest_fall, sharpe
from kalshi_desk.domain.question import Question
from kalshi_desk.domain.skill import mean_interval
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.replay.forecast_desk import HALF_SPREAD, Embed, ForecastDesk, held_to_the_end
from kalshi_desk.replay.forecast_scores import FIXED, LEVEL, Columns, curves, skills, table
from kalshi_desk.steps.calibrate import CombineParams
from kalshi_desk.steps.gate_state import GateParams
from kalshi_desk.steps.walk_forward import Foretold, walk_forward

ASSUMPTIONS = (
    f"A question has one price and no book: every bet takes at an ask of that price plus ${HALF_SPREAD.number:.2f}, "
    "rounded up to a whole cent, with the taker's fee, and finds as many contracts as the limits allow.",
    "Bets are held until their question is answered: no exit rule, no mark but the cost.",
    "Questions of one title are one market: it is held once at a time, and it counts as one event in every score's "
    "interval. Bets answered on one UTC day, which one cause often decides, count as one event in the P&L's.",
    "Bets are alike as far as their titles and events are: how their prices moved together is not known.",
    "When a market will close is not known: the distance to it refuses nothing.",
)


class BacktestParams(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that the live desk combines and trades by, and the opening ``bankroll``.

    Questions asked before ``start`` or from ``end`` on are neither scored nor traded; the earlier ones teach.
    ``still_open`` is when the questions were asked that have no answer yet: what is answered is no fair sample of all.
    """

    combine: CombineParams
    gate: GateParams
    max_correlation: float
    bankroll: Cash
    start: Nanos | None = None
    end: Nanos | None = None
    still_open: tuple[Nanos, ...] = ()


def backtest(questions: Iterable[Question], params: BacktestParams, *, embed: Embed) -> ForecastBacktest:
    """Return what the desk would have known, scored and earned. An answer teaches only what was asked after it.

    ``embed`` tells the meanings of titles, by which bets too much like those held are refused.
    """
    foretold = walk_forward(questions, params=params.combine, still_open=params.still_open)
    walked = [one for one in foretold if _within(one.question, params)]
    columns = Columns(walked, params.combine.vendor_weights)
    main = columns.compared
    return ForecastBacktest(
        questions=len(walked),
        asked_from=walked[0].question.asked_at if walked else None,
        asked_until=walked[-1].question.asked_at if walked else None,
        table=table(columns, main, shown=FIXED),
        beside={name: table(columns, [name, *main], shown=()) for name in columns.further},
        skill=skills(columns),
        curves=curves(columns),
        trading=trade(walked, params, embed=embed),
        assumptions=ASSUMPTIONS,
    )


def trade(walked: Sequence[Foretold], params: BacktestParams, *, embed: Embed) -> Trading:
    """Return what an account makes of forecasts in the order of their questions."""
    account = held_to_the_end(params.gate, bankroll=params.bankroll)
    desk = ForecastDesk(account, embed=embed, max_correlation=params.max_correlation)
    for one in walked:
        if one.combined is not None and one.question.price is not None:
            desk.ask(one.question, one.combined)
    desk.until(None)
    return _trading(desk, params.bankroll)


def _within(question: Question, params: BacktestParams) -> bool:
    after = params.start is None or params.start <= question.asked_at
    return after and (params.end is None or question.asked_at < params.end)


def _trading(desk: ForecastDesk, bankroll: Cash) -> Trading:
    bets, n = desk.bets, len(desk.bets)
    pnl = Cash(sum(bet.pnl for bet in bets))
    points = [(point.at, point.equity) for point in desk.equity]
    fall, recovery = deepest_fall(points)
    return Trading(
        bankroll=bankroll,
        pnl=pnl,
        pnl_interval=pnl_interval(bets),
        fees=Cash(sum(bet.fee for bet in bets)),
        trades=n,
        gain=pnl / bankroll,
        sharpe=sharpe(points),
        max_drawdown=fall,
        recovery_days=recovery,
        win_rate=sum(bet.won for bet in bets) / n if n else None,
        mean_trade_days=sum(bet.resolved_at - bet.asked_at for bet in bets) / n / DAY_NS if n else None,
        by_category=_by_category(bets),
        refusals=dict(desk.refusals.most_common()),
        equity=tuple(desk.equity),
        bets=tuple(bets),
    )


def pnl_interval(bets: Sequence[Bet]) -> tuple[Cash, Cash] | None:
    """Return the 95 % interval of the P&L that such bets are expected to bring; None with fewer than two events.

    Bets answered on one UTC day are one event: the strikes of a ladder win or lose together.
    """
    found = mean_interval([float(bet.pnl) for bet in bets], [bet.resolved_at // DAY_NS for bet in bets], level=LEVEL)
    if found is None or found.low is None or found.high is None:
        return None
    return Cash(round(found.low * found.n)), Cash(round(found.high * found.n))


def _by_category(bets: Sequence[Bet]) -> tuple[CategoryResult, ...]:
    groups: dict[str, list[Bet]] = {}
    for bet in bets:
        groups.setdefault(bet.category, []).append(bet)
    return tuple(
        CategoryResult(
            category=name,
            trades=len(group),
            won=sum(bet.won for bet in group),
            pnl=Cash(sum(bet.pnl for bet in group)),
            fees=Cash(sum(bet.fee for bet in group)),
        )
        for name, group in sorted(groups.items())
    )
