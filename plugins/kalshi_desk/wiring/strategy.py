"""The settings of the crypto desk as its reducer takes them; the live app, replay and backtests share them."""

from __future__ import annotations

from kalshi_desk.settings import Settings
from kalshi_desk.steps.crypto_signals import CryptoParams
from kalshi_desk.wiring import addresses


def crypto_params(settings: Settings) -> CryptoParams:
    """Return the parameters of the crypto reducer; one exchange is enough where a recording has only one."""
    return CryptoParams(
        account=addresses.account(settings),
        series=frozenset(settings.crypto_series),
        limits=settings.risk_limits.crypto,
        min_venues=1 if settings.recording is not None else 2,
    )
