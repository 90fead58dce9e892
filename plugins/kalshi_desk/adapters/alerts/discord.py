"""A Discord webhook: posts at most one message every two seconds, and stops for good where it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import structlog

from kalshi_desk.domain.control import Alert
from kalshi_desk.errors import SinkAway
from kalshi_desk.wire.discord import messages, retry_after

ATTEMPTS, PACE_S, LONGEST_WAIT_S, TIMEOUT_S = 5, 2.0, 60.0, 10.0
GONE, REFUSED, SLOW = (401, 403, 404), 400, 429
log = structlog.get_logger()


class DiscordWebhook:
    """Sends alerts to one webhook, whose address is a secret; ``footer`` names mode and account.

    ``alive`` turns false where the webhook is gone or its token is wrong: asking on would get this address banned.
    """

    def __init__(
        self, url: str, *, footer: str, transport: httpx.AsyncBaseTransport | None = None, pace_s: float = PACE_S
    ) -> None:
        self._url, self._footer, self._pace_s = url, footer, pace_s
        self._client = httpx.AsyncClient(transport=transport, timeout=TIMEOUT_S)
        self.alive = True

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def send(self, alerts: Sequence[Alert]) -> None:
        """Send alerts in as few messages as they fit; raises SinkAway where Discord does not take one for now.

        What it calls malformed is logged and left out.
        """
        for message in messages(alerts, footer=self._footer):
            if not self.alive:
                return
            await self._post(message)
            await asyncio.sleep(self._pace_s)

    async def _post(self, message: dict[str, Any]) -> None:
        for attempt in range(ATTEMPTS):
            answer = await self._answer(message)
            if answer is not None and answer.is_success:
                return
            if answer is not None and answer.status_code in (*GONE, REFUSED):
                self._give_up(answer)
                return
            await asyncio.sleep(min(self._wait_s(answer, attempt), LONGEST_WAIT_S))
        raise SinkAway("Discord did not take an alert")

    async def _answer(self, message: dict[str, Any]) -> httpx.Response | None:
        try:
            return await self._client.post(self._url, json=message)
        except httpx.HTTPError as fault:
            log.warning("alerts.unsent", fault=type(fault).__name__)  # its text would name the address
            return None

    def _give_up(self, answer: httpx.Response) -> None:
        if answer.status_code == REFUSED:
            log.error("alerts.refused", status=REFUSED, answer=answer.text[:200])
            return
        self.alive = False
        remedy = "make a new webhook, set ALERT_WEBHOOK and run make up"
        log.error("alerts.disabled", status=answer.status_code, remedy=remedy)

    def _wait_s(self, answer: httpx.Response | None, attempt: int) -> float:
        asked = retry_after(answer.content) if answer is not None and answer.status_code == SLOW else None
        return self._pace_s * 2**attempt if asked is None else asked
