"""The settings of each desk as its reducer or step takes them; live, replay and backtests share them."""

from __future__ import annotations

import math

from kalshi_desk.settings import Settings
from kalshi_desk.steps.crypto_signals import CryptoParams
from kalshi_desk.steps.forecast_signals import SignalParams, strategy_params
from kalshi_desk.strategies import crypto_fair_value, forecast_edge
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.gate import gate_params

QUOTE_AGE_S, BATCH_WALL_S = 1_800.0, 180


def crypto_params(settings: Settings) -> CryptoParams:
    """Return the parameters of the crypto reducer; one exchange is enough where a recording has only one."""
    return CryptoParams(
        account=addresses.account(settings),
        series=frozenset(settings.crypto_series),
        limits=settings.risk_limits.crypto,
        min_venues=1 if settings.recording is not None else 2,
        on=crypto_fair_value.NAME in settings.strategies,
    )


def signal_params(settings: Settings, *, blocked: tuple[str, ...]) -> SignalParams:
    """Return the parameters of forecast signals; ``blocked`` are the critical data checks that failed.

    Quotes and signals stay good for as long as batch runs may take by the wall, however fast event time goes.
    """
    gate, batch_s = gate_params(settings), math.ceil(BATCH_WALL_S * settings.speed)
    life_s = max(gate.order_timeout_s, batch_s)
    return SignalParams(
        strategy=strategy_params(gate.limits.forecast, selection=gate.selection, life_s=life_s),
        on=forecast_edge.NAME in settings.strategies,
        blocked=blocked,
        quote_age_s=max(QUOTE_AGE_S, batch_s),
    )
