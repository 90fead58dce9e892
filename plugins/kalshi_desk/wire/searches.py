"""Queries for any of several phrases, in the length that a service allows."""

from __future__ import annotations

from collections.abc import Iterable


def either(phrases: Iterable[str], *, joiner: str, longest: int) -> str:
    """Return the phrases quoted and joined, as many of the first ones as fit; nothing where there is none."""
    chosen: list[str] = []
    for phrase in phrases:
        quoted = '"' + " ".join(phrase.replace('"', " ").split()) + '"'
        if len(joiner.join([*chosen, quoted])) <= longest:
            chosen.append(quoted)
    return joiner.join(chosen)
