"""Text from outside as one line of plain words: no markup, no control or direction characters, of bounded length."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

TITLE_CHARS, SUMMARY_CHARS = 300, 1_200
_READ = 20  # characters of markup read for each character kept, so that a bomb of tags costs little
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,20})|<[!?]")
_SILENT = frozenset({"script", "style"})
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_SPACED = re.compile(r"\s+([,.;:!?%)])")


def title_of(markup: str) -> str:
    """Return a headline, at most 300 characters."""
    return plain(markup, TITLE_CHARS)


def summary_of(markup: str) -> str:
    """Return a summary, at most 1,200 characters."""
    return plain(markup, SUMMARY_CHARS)


def plain(markup: str, longest: int) -> str:
    """Return the words of HTML or text, at most ``longest`` characters; tags that were escaped twice go too."""
    words = _words(unescape(_words(markup[: longest * _READ])))
    line = " ".join("".join(map(_shown, unicodedata.normalize("NFC", words))).split())
    return _SPACED.sub(r"\1", line)[:longest].rstrip()


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _HIDDEN else character


def _words(markup: str) -> str:
    """Cut the tags out, in one pass; an unfinished one ends the text."""
    kept, at = [], 0
    while (tag := _TAG.search(markup, at)) is not None:
        kept.append(markup[at : tag.start()])
        at = _after(markup, tag)
    return " ".join([*kept, markup[at:]])


def _after(markup: str, tag: re.Match[str]) -> int:
    name = (tag[1] or "").lower()
    start = tag.end()
    if name in _SILENT and not tag[0].startswith("</"):
        closing = markup.lower().find(f"</{name}", start)
        start = len(markup) if closing < 0 else closing
    end = markup.find(">", start)
    return len(markup) if end < 0 else end + 1
