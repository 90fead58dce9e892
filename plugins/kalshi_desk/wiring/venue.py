"""The venue's clients, by mode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kalshi_desk.adapters.kalshi.auth import signer_from_file
from kalshi_desk.adapters.kalshi.reads import KalshiReads
from kalshi_desk.adapters.kalshi.rest import open_rest
from kalshi_desk.clock import wall_now
from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses


@asynccontextmanager
async def reads(settings: Settings) -> AsyncIterator[KalshiReads]:
    """Open the venue's REST API with the key that may only read."""
    key = addresses.reading_key(settings)
    async with open_rest(addresses.venue_rest(settings), signer_from_file(key.key_id, key.pem), wall=wall_now) as rest:
        yield rest.reads
