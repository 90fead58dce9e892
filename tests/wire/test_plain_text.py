import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.wire.plain_text import plain, summary_of, title_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>two</p>", "One two"),
        ("3 < 4 and 5 > 2", "3 < 4 and 5 > 2"),
        ("AT&amp;T &lt;b&gt;up&lt;/b&gt; 3%", "AT&T up 3%"),
        ("Fed cuts rates , says Powell .", "Fed cuts rates, says Powell."),
        ("a<script>while(1)</script>b<STYLE>p{</STYLE>c", "a b c"),
        ("open <script>never closed", "open"),
        ("cut <a href='x", "cut"),
        ("<!-- note -->seen", "seen"),
        ("a\u0000b\u200bc\u202ed\ud800e\tf\r\ng", "abcde f g"),
        ("", ""),
    ],
)
def test_plain(markup, text):
    assert plain(markup, 100) == text


def test_lengths_are_bounded():
    assert len(title_of("word " * 1_000)) <= 300
    assert len(summary_of("word " * 1_000)) <= 1_200


@pytest.mark.parametrize("piece", ["<", "<div>", "<script>", "&lt;", "&amp;", "<![CDATA[", "</", "<a href='"])
def test_a_bomb_of_markup_costs_little(piece):
    began = time.process_time()
    summary_of(piece * 500_000)
    assert time.process_time() - began < 0.5


@given(st.text())
def test_one_line_without_hidden_characters(text):
    line = plain(text, 50)
    assert len(line) <= 50
    assert line == " ".join(line.split())
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in line)
