"""A simulated venue on a free port, with keys, and clients that talk to it as the desk does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from kalshi_desk.adapters.kalshi.auth import Signer
from kalshi_desk.domain.units import Cash
from kalshi_desk.venue_double.server import VenueOptions, application, open_venue
from kalshi_desk.venue_double.signatures import KeyRing
from kalshi_desk.venue_double.sources import Source, SyntheticSource
from kalshi_desk.venue_double.venue import Venue


class Running:
    """A venue that serves on a free port of loopback."""

    def __init__(self, venue: Venue, runner: web.AppRunner, port: int) -> None:
        self.venue, self.runner = venue, runner
        self.rest = f"http://127.0.0.1:{port}/trade-api/v2"
        self.socket = f"ws://127.0.0.1:{port}/trade-api/ws/v2"
        self.root, self.feeds = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/feeds"


@pytest.fixture(scope="session")
def private_pem() -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


@pytest.fixture
def keys_file(tmp_path: Path, private_pem: bytes) -> Path:
    key = serialization.load_pem_private_key(private_pem, None)
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "public.pem").write_bytes(pem)
    public = str(tmp_path / "public.pem")
    keys = {
        "trading": {"public_key_path": public, "scopes": ["read", "write"]},
        "reading": {"public_key_path": public, "scopes": ["read"]},
    }
    path = tmp_path / "venue-keys.json"
    path.write_text(json.dumps(keys))
    return path


@pytest.fixture
def trader(private_pem: bytes) -> Signer:
    return Signer("trading", private_pem)


@pytest.fixture
def reader(private_pem: bytes) -> Signer:
    return Signer("reading", private_pem)


Start = Callable[..., "object"]


@pytest.fixture
async def start(tmp_path: Path, keys_file: Path) -> AsyncIterator[Start]:
    running: list[Running] = []

    async def begin(source: Source | None = None, *, faults: Path | None = None, speed: float = 1.0) -> Running:
        options = VenueOptions(tmp_path / "venue.sqlite", Cash.parse("50"), speed, faults)
        venue = open_venue(source or SyntheticSource(7), options)
        runner = web.AppRunner(application(venue, KeyRing(keys_file)), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        running.append(Running(venue, runner, port))
        return running[-1]

    yield begin
    for one in running:
        await one.runner.cleanup()
