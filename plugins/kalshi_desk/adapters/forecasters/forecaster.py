"""What every forecaster can do, and what an HTTP status of a vendor means to it."""

from __future__ import annotations

from typing import Protocol

from kalshi_desk.domain.spend import TokenPrice, worst_cost
from kalshi_desk.domain.units import Cash
from kalshi_desk.wire.forecast_answer import Answer, Fault
from kalshi_desk.wire.forecast_prompt import Prompt

TIMEOUT_S = 60.0
RETRIES = 1
MAX_OUTPUT = 1_000
SCHEMA_BYTES = 600


class Forecaster(Protocol):
    """A model of a vendor: ``vendor`` gpt or claude, ``model`` its name there."""

    vendor: str
    model: str

    def worst(self, prompt: Prompt) -> Cash:
        """Return the most that asking this can cost, repeated attempts included."""
        ...

    async def ask(self, prompt: Prompt) -> Answer:
        """Ask once; whatever goes wrong is a fault of the answer, never an exception."""
        ...


def worst_of(prompt: Prompt, price: TokenPrice) -> Cash:
    """Return the most that one call with its repetition can cost."""
    size = len(prompt.whole.encode()) + SCHEMA_BYTES
    return worst_cost(price, prompt_bytes=size, max_output=MAX_OUTPUT, attempts=1 + RETRIES)


def fault_of(status: int, code: str | None) -> Fault:
    """Return what a vendor's error answer means: its HTTP status, and the code in its body where it has one."""
    if code == "insufficient_quota" or status in (401, 402, 403):
        return Fault.UNAUTHORIZED
    if status == 429:
        return Fault.RATE_LIMITED
    if status in (408, 504):
        return Fault.TIMEOUT
    return Fault.VENDOR_DOWN if status >= 500 else Fault.REJECTED
