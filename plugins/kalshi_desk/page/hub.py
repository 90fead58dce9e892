"""Renders once a second for everybody who looks, and hands each viewer what has changed for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import msgspec

from kalshi_desk.page.facts import Facts
from kalshi_desk.page.render import curve, render_parts

EVERY_S = 1.0


class Hub:
    """The one renderer; it works only while somebody looks."""

    def __init__(self, facts: Callable[[], Facts], *, every_s: float = EVERY_S) -> None:
        self._facts, self._every_s = facts, every_s
        self._parts: dict[str, str] = {}
        self._head: dict[str, Any] = {}
        self._curve: list[list[float]] = [[], []]
        self._rendered = asyncio.Condition()
        self.viewers = 0

    async def run(self) -> None:
        """Render for ever."""
        while True:
            if self.viewers:
                await self._render()
            await asyncio.sleep(self._every_s)

    async def _render(self) -> None:
        facts = self._facts()
        self._parts, self._curve = render_parts(facts), curve(facts)
        now = None if facts.now is None else facts.now // 1_000_000
        self._head = {"now": now, "speed": facts.speed}
        async with self._rendered:
            self._rendered.notify_all()

    async def events(self) -> AsyncGenerator[bytes]:
        """Yield messages for one viewer: all parts first, then those that changed."""
        seen: dict[str, str] = {}
        drawn: list[list[float]] | None = None
        self.viewers += 1
        try:
            while True:
                async with self._rendered:
                    await self._rendered.wait()
                changed = {name: html for name, html in self._parts.items() if seen.get(name) != html}
                message = {**self._head, "parts": changed}
                if drawn != self._curve:
                    message["curve"] = drawn = self._curve
                seen.update(changed)
                yield msgspec.json.encode(message)
        finally:
            self.viewers -= 1
