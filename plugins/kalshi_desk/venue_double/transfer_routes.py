"""Transfers of cash between shards, on disk before they are answered. Source: docs.kalshi.com, exchange sharding."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from kalshi_desk.domain.units import Cash
from kalshi_desk.simulation.accounts import Account
from kalshi_desk.venue_double.api_error import nested, not_found
from kalshi_desk.venue_double.callers import KEY
from kalshi_desk.venue_double.exchange import SimTransfer
from kalshi_desk.venue_double.guard import VENUE
from kalshi_desk.venue_double.requests import body_of, required, whole

CENTICENT = 100
WALLET = "event_contract"


async def move(request: web.Request) -> web.Response:
    """Move free cash from one shard to another, once a client's id."""
    exchange, body = request.app[VENUE].ready(), await body_of(request)
    required(body, "source", "destination", "amount", "source_exchange_shard", "destination_exchange_shard")
    if body["source"] != WALLET or body["destination"] != WALLET:
        raise nested(400, "invalid_parameters", "source and destination")
    moved = exchange.transfer(
        Cash(whole(body["amount"], "amount") * CENTICENT),
        account=_account(request),
        source=whole(body["source_exchange_shard"], "source_exchange_shard"),
        destination=whole(body["destination_exchange_shard"], "destination_exchange_shard"),
        client_transfer_id=body.get("client_transfer_id"),
    )
    return web.json_response({"transfer_id": moved.transfer_id}, status=201)


async def transfers(request: web.Request) -> web.Response:
    """List the transfers, newest first."""
    found = [_body(one) for one in reversed(_own(request))]
    return web.json_response({"transfers": found, "cursor": ""})


async def transfer(request: web.Request) -> web.Response:
    """Return one transfer."""
    wanted = request.match_info["transfer"]
    found = [one for one in _own(request) if one.transfer_id == wanted]
    if not found:
        raise not_found()
    return web.json_response({"transfer": _body(found[0])})


def _account(request: web.Request) -> Account:
    """Return the account that a transfer is of: no subaccount can be named, so it is the one the key is locked to."""
    key = request[KEY]
    return request.app[VENUE].exchange.account_of(key.user, key.subaccount or 0)


def _own(request: web.Request) -> list[SimTransfer]:
    own, first = _account(request).name, request.app[VENUE].exchange.account.name
    return [one for one in request.app[VENUE].exchange.transfers if (one.account or first) == own]


def _body(one: SimTransfer) -> dict[str, Any]:
    return {
        "transfer_id": one.transfer_id, "client_transfer_id": one.client_transfer_id,
        "source": WALLET, "destination": WALLET, "amount": one.amount // CENTICENT,
        "source_exchange_shard": one.source, "destination_exchange_shard": one.destination, "status": "completed",
    }  # fmt: skip


_ROOT = "/portfolio/intra_exchange_instance_transfer"
ROUTES = [web.post(_ROOT, move), web.get(f"{_ROOT}s", transfers), web.get(_ROOT + "s/{transfer}", transfer)]
