"""Which messages of ``estimate_requests.v1`` wake the estimation."""

from __future__ import annotations

from typing import Any


def wish(message: Any) -> dict[str, str] | None:
    """Return market and reason of a request as it came from Kafka, or None for what is no request: it wakes nobody."""
    from kalshi_desk.adapters.kafka.topics import ESTIMATE_REQUESTS
    from kalshi_desk.errors import ParseError

    value = message.value()
    try:
        request = ESTIMATE_REQUESTS.decoder()(b"" if value is None else value)
    except ParseError:
        return None
    return {"ticker": request.ticker, "reason": request.reason}
