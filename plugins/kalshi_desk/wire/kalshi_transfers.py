"""Kalshi's transfers of cash between exchange shards. Source: docs.kalshi.com, exchange sharding."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.transfer import CENTICENT, Transfer
from kalshi_desk.wire.decode import Strict

WALLET = "event_contract"


class Transferred(msgspec.Struct, frozen=True):
    """The venue took a transfer."""

    transfer_id: str


parse_transfer: Strict[Transferred] = Strict(Transferred, "kalshi rest transfer")


def transfer_body(transfer: Transfer) -> bytes:
    """Return the JSON of a transfer; the amount is a whole number of $0.0001."""
    return msgspec.json.encode(
        {
            "source": WALLET, "destination": WALLET, "amount": transfer.amount // CENTICENT,
            "source_exchange_shard": transfer.source, "destination_exchange_shard": transfer.destination,
            "client_transfer_id": transfer.client_transfer_id,
        }
    )  # fmt: skip
