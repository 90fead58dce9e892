"""Faults on demand, drawn from a seed: lost replies, 429, 5xx, fills told twice, broken feeds, models that fail."""

from __future__ import annotations

from pathlib import Path
from random import Random

import msgspec

from kalshi_desk.errors import SettingsError
from kalshi_desk.simulation.forecast_models import Temper
from kalshi_desk.venue_double.api_error import TOO_MANY, ApiError

Rate = float
MODEL_FAULTS = ("rate_limit", "error", "refusal", "truncated", "prose", "percent", "certain")


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often, as shares of 1, each fault strikes.

    drop_reply: an order write is done and its reply lost.  too_many_requests, server_error: the request is refused
    before anything is done.  missed_conflict: an IOC that found nothing to hit is answered 409 instead of 201.
    duplicate_fill: a fill frame is sent twice.  news_error: a news source answers 503.
    news_limit: one answers 429.  broken_feeds: RSS feeds, by name, whose XML breaks off ("*" for all).
    model_*: a model's answer is 429, 5xx, a refusal, cut off, prose, a percentage, or exactly 0 or 1.
    tempers: how a model of that name sees the truth, instead of the usual way.
    """

    seed: int = 1
    drop_reply: Rate = 0.0
    too_many_requests: Rate = 0.0
    server_error: Rate = 0.0
    missed_conflict: Rate = 0.0
    duplicate_fill: Rate = 0.0
    news_error: Rate = 0.0
    news_limit: Rate = 0.0
    broken_feeds: tuple[str, ...] = ()
    model_rate_limit: Rate = 0.0
    model_error: Rate = 0.0
    model_refusal: Rate = 0.0
    model_truncated: Rate = 0.0
    model_prose: Rate = 0.0
    model_percent: Rate = 0.0
    model_certain: Rate = 0.0
    tempers: dict[str, Temper] = {}


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

    def conflicts_with_miss(self) -> bool:
        """Tell whether this order that found nothing is told as a conflict."""
        return self._strikes(self.plan.missed_conflict)

    def repeats_fill(self) -> bool:
        """Tell whether this fill is told twice."""
        return self._strikes(self.plan.duplicate_fill)

    def model_fault(self) -> str | None:
        """Return what goes wrong with a model's answer: the first fault that strikes, None for most."""
        rates = ((kind, getattr(self.plan, f"model_{kind}")) for kind in MODEL_FAULTS)
        return next((kind for kind, rate in rates if self._strikes(rate)), None)

    def news_fault(self) -> int | None:
        """Return the HTTP status with which a news source fails, None for most requests."""
        if self._strikes(self.plan.news_limit):
            return 429
        return 503 if self._strikes(self.plan.news_error) else None

    def breaks_feed(self, feed: str) -> bool:
        """Tell whether a feed's XML is broken."""
        return feed in self.plan.broken_feeds or "*" in self.plan.broken_feeds

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
    values = {name: getattr(plan, name) for name in FaultPlan.__struct_fields__ if name != "seed"}
    rates = {name: value for name, value in values.items() if isinstance(value, float)}
    if wrong := [name for name, rate in rates.items() if not 0 <= rate <= 1]:
        raise SettingsError([f"faults file {path}: {name} is not between 0 and 1" for name in wrong])
    return Faults(plan)
