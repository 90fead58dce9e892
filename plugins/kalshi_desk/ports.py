"""What the steps need of the outside world; adapters and test fakes fulfil these."""

from __future__ import annotations

from typing import Protocol

from kalshi_desk.domain.units import Nanos


class Clock(Protocol):
    """The event clock of the account."""

    def now(self) -> Nanos:
        """Return the event time; it never goes back."""
        ...
