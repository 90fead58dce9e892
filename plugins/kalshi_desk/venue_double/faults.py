"""Faults on demand: replies lost after the order was taken, 429, 5xx, fills told twice. Drawn from a seed."""

from __future__ import annotations

from pathlib import Path
from random import Random

import msgspec

from kalshi_desk.errors import SettingsError
from kalshi_desk.venue_double.api_error import TOO_MANY, ApiError

Rate = float


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often, as shares of 1, each fault strikes.

    drop_reply: an order write is done and its reply lost.  too_many_requests, server_error: the request is refused
    before anything is done.  duplicate_fill: a fill frame is sent twice.
    """

    seed: int = 1
    drop_reply: Rate = 0.0
    too_many_requests: Rate = 0.0
    server_error: Rate = 0.0
    duplicate_fill: Rate = 0.0


class Faults:
    """The faults of one run."""

    def __init__(self, plan: FaultPlan) -> None:
        self.plan, self._rng = plan, Random(plan.seed)  # noqa: S311 - chaos for tests, not a secret

    def refuse(self) -> None:
        """Refuse a request now and then; raises ApiError 429 or 503."""
        if self._strikes(self.plan.too_many_requests):
            raise TOO_MANY
        if self._strikes(self.plan.server_error):
            raise ApiError(503, {"error": {"code": "service_unavailable", "message": "try again", "details": ""}})

    def loses_reply(self) -> bool:
        """Tell whether this reply gets lost."""
        return self._strikes(self.plan.drop_reply)

    def repeats_fill(self) -> bool:
        """Tell whether this fill is told twice."""
        return self._strikes(self.plan.duplicate_fill)

    def _strikes(self, rate: Rate) -> bool:
        return rate > 0 and self._rng.random() < rate


def load_faults(path: Path | None) -> Faults:
    """Read a fault plan; raises SettingsError naming what is wrong with it."""
    if path is None:
        return Faults(FaultPlan())
    try:
        plan = msgspec.json.decode(path.read_bytes(), type=FaultPlan)
    except (OSError, msgspec.DecodeError) as fault:
        raise SettingsError([f"faults file {path}: {fault}"]) from fault
    rates = {name: getattr(plan, name) for name in FaultPlan.__struct_fields__ if name != "seed"}
    if wrong := [name for name, rate in rates.items() if not 0 <= rate <= 1]:
        raise SettingsError([f"faults file {path}: {name} is not between 0 and 1" for name in wrong])
    return Faults(plan)
