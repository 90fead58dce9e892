"""What a forecaster is asked about a market: the question and what was known of it. There is no price in here.

Every text comes from outside and is untrusted; instants are event time.
"""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.units import Nanos


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """An article linked to the market; ``relevance`` in [0, 1], ``published_at`` None where nobody knows."""

    article_id: str
    source: str
    title: str
    summary: str
    published_at: Nanos | None
    relevance: float


class BaseRate(msgspec.Struct, frozen=True):
    """How often YES came among settled markets: ``yes`` of ``markets`` in the category or series ``name``."""

    scope: str
    name: str
    markets: int
    yes: int


class EconomicValue(msgspec.Struct, frozen=True):
    """The newest observation of an economic series; ``value`` is the decimal string of the source."""

    series_id: str
    date: str
    value: str


class Milestone(msgspec.Struct, frozen=True):
    """What the world waits for in the market's event: ``kind`` is the venue's word for it, ``at`` when it is due."""

    title: str
    kind: str
    at: Nanos


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One market as a question, with what is known besides the news; ``sources`` decide how it settles."""

    ticker: str
    category: str
    title: str
    rules: str
    close_at: Nanos
    about: str = ""
    sources: tuple[str, ...] = ()
    base_rates: tuple[BaseRate, ...] = ()
    economic: tuple[EconomicValue, ...] = ()
    milestones: tuple[Milestone, ...] = ()
