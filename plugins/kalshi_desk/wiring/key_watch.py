"""What the door does when the venue does not take its key any more: halt this account, tell a person, send nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kalshi_desk.domain.breakers import refused_key
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import Rejected

REFUSES_KEY = frozenset({401, 403})
LOOKS = 3
SUBJECT = "the venue refuses the account's key: the account is halted"
REMEDY = "What rests at the venue cannot be cancelled from here: look at its account page, mend the key, then resume."


class KeyWatch:
    """Counts the venue's refusals of one key; ``throw`` obeys and publishes a switch, ``alert`` tells a person."""

    def __init__(
        self,
        *,
        now: Callable[[], Nanos],
        throw: Callable[[Switch], Awaitable[None]],
        alert: Callable[[str, str, str], Awaitable[None]],
    ) -> None:
        self._now, self._throw, self._alert = now, throw, alert
        self._refused = 0

    @property
    def out(self) -> bool:
        """Whether the key is refused: asked again, but no order and no cancel is sent."""
        return self._refused >= LOOKS

    def taken(self) -> None:
        """Hear that the venue answered: the door goes on, but what it halted waits for a person."""
        self._refused = 0

    async def refused(self, fault: Rejected) -> bool:
        """Hear of a no; return whether it is for the key. The third one running halts the account."""
        if fault.status not in REFUSES_KEY:
            return False
        self._refused += 1
        if self._refused == LOOKS:
            halt = refused_key(f"{fault.status} {fault.code}".strip(), now=self._now())
            await self._throw(halt)
            await self._alert("critical", SUBJECT, f"{fault.status} {fault.code} {fault.details}. {REMEDY}")
        return True
