"""The settings of the gate as its steps take them; the door, the portfolio and replay share them."""

from __future__ import annotations

from kalshi_desk.settings import Settings
from kalshi_desk.steps.gate_state import GateParams
from kalshi_desk.wiring import addresses


def gate_params(settings: Settings) -> GateParams:
    """Return the parameters of the gate, of exit reviews and of marks."""
    return GateParams(
        account=addresses.account(settings),
        limits=settings.risk_limits,
        crypto_series=frozenset(settings.crypto_series),
        order_timeout_s=settings.order_timeout,
    )
