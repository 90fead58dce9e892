"""The settings of a backtest of the forecast desk: those that the live desk combines, sizes and gates by."""

from __future__ import annotations

from collections.abc import Sequence

from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.replay.forecast_backtest import BacktestParams
from kalshi_desk.settings import Settings
from kalshi_desk.wiring.combination import combine_params
from kalshi_desk.wiring.gate import simulated_gate_params


def backtest_params(
    settings: Settings, *, bankroll: Cash, start: Nanos | None, end: Nanos | None, still_open: Sequence[Nanos] = ()
) -> BacktestParams:
    """Return the parameters; shares of the bankroll are shares of ``bankroll``."""
    return BacktestParams(
        combine=combine_params(settings), gate=simulated_gate_params(settings),
        max_correlation=settings.max_correlation, bankroll=bankroll, start=start, end=end, still_open=tuple(still_open),
    )  # fmt: skip
