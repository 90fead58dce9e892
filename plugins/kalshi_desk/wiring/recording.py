"""How the recorder turns messages into rows: the pure layout, bound to the settings."""

from __future__ import annotations

from typing import Any

from kalshi_desk.adapters.postgres.recorder import Layout
from kalshi_desk.domain.inputs import Lifecycle, MarketDefined
from kalshi_desk.domain.message import Message
from kalshi_desk.settings import Settings
from kalshi_desk.steps.record import columns_of, market_values, row_of, step_values


def layout(settings: Settings) -> Layout:
    """Return the layout; markets of CRYPTO_SERIES belong to the crypto desk."""
    crypto = frozenset(settings.crypto_series)

    def upsert(message: Message) -> tuple[str, dict[str, Any]] | None:
        if isinstance(message, MarketDefined):
            return "keep_market", market_values(message, crypto)
        if isinstance(message, Lifecycle):
            return "keep_step", step_values(message)
        return None

    return Layout(row_of, columns_of, upsert)
