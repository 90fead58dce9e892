"""Dates of publication as sources write them: what is none is None, since nobody knows then."""

from __future__ import annotations

from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import UnitError
from kalshi_desk.wire.decode import sane


def iso(text: str | None) -> Nanos | None:
    """Read an ISO 8601 instant of this age with a zone."""
    try:
        return None if text is None else sane(Nanos.parse(text))
    except UnitError:
        return None
