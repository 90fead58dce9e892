"""Is there a broker at all? Asked before a client is made, which would try for long and leave sockets open."""

from __future__ import annotations

import socket

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.errors import DeskError

CONNECT_S = 3.0


def require_broker(broker: Broker) -> None:
    """Connect to one of the bootstrap addresses and hang up; raises DeskError where none listens."""
    faults = []
    for address in broker.bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            socket.create_connection((host, int(port)), CONNECT_S).close()
        except (OSError, ValueError) as fault:
            faults.append(f"{address.strip()}: {fault}")
        else:
            return
    raise DeskError(f"no Kafka at {'; '.join(faults)}")
