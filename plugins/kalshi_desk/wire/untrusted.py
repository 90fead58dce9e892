"""Text from outside made fit for a prompt: one line, nothing invisible, no fences, capped, no market's odds."""

from __future__ import annotations

import re
import unicodedata

OPEN, CLOSE, WORD = "<<<", ">>>", "UNTRUSTED"
_FENCES = re.compile(r"<{2,}|>{2,}")
_WORD = re.compile(WORD, re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
_VENUES = re.compile(
    r"\b(kalshi|polymarket|predictit|manifold|metaculus|betfair|draftkings|fanduel|smarkets|bookmakers?|bookies"
    r"|sportsbooks?|oddsmakers?|prediction[ -]markets?|betting[ -]markets?|event[ -]contracts?)\b",
    re.IGNORECASE,
)
_BETS = re.compile(r"\b(odds|bettors?|betting|bets|wager(?:s|ed|ing)?|moneyline|fedwatch)\b", re.IGNORECASE)
_PRICED = re.compile(
    r"\b(markets?|traders?|investors?|futures|swaps|options|contracts?|impl(?:y|ies|ied)|pric(?:e[sd]?|ing) in)\b",
    re.IGNORECASE,
)
_BELIEF = re.compile(r"\b(chances?|probabilit(?:y|ies)|likelihood|odds|likely)\b", re.IGNORECASE)


def harmless(text: str, limit: int) -> str:
    """Return the text on one line of at most ``limit`` characters that cannot open or close a fence.

    Look-alikes are folded by NFKC first; control, format, private and unassigned characters are dropped.
    """
    folded = unicodedata.normalize("NFKC", text[: 4 * limit])
    spaced = "".join(" " if c.isspace() else c for c in folded)
    visible = "".join(c for c in spaced if unicodedata.category(c)[0] != "C")
    flat = " ".join(_WORD.sub("untrusted", _FENCES.sub(" ", visible)).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def without_odds(text: str) -> str:
    """Return the text without the sentences that tell what a market or a bookmaker believes."""
    return " ".join(sentence for sentence in _SENTENCES.split(text) if not quotes_odds(sentence))


def quotes_odds(sentence: str) -> bool:
    """Return whether a sentence names a place of bets, or gives a number for what bettors or a market believe."""
    if _VENUES.search(sentence):
        return True
    numbered = any(c.isdigit() for c in sentence)
    believed = bool(_PRICED.search(sentence) and _BELIEF.search(sentence))
    return numbered and (believed or bool(_BETS.search(sentence)))
