import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.wire.untrusted import harmless, quotes_odds, without_odds

LOOK_ALIKES = "<>\uff1c\uff1e\ufe64\ufe65\u2039\u203aUNTRusted \n\r\t\u2028\u2029\u200b\u202e\x00\x1b\U000e0041"


@given(st.text(alphabet=LOOK_ALIKES + "abc 0.", max_size=200) | st.text(max_size=200))
def test_no_text_keeps_a_fence_a_line_break_or_anything_invisible(text):
    kept = harmless(text, 120)
    assert len(kept) <= 120
    assert "<<" not in kept
    assert ">>" not in kept
    assert "UNTRUSTED" not in kept
    assert len(kept.splitlines()) <= 1
    assert not [c for c in kept if unicodedata.category(c)[0] == "C"]


@given(st.text(max_size=200))
def test_what_is_harmless_stays_so(text):
    assert harmless(harmless(text, 500), 500) == harmless(text, 500)


def test_what_is_cut_out_does_not_join_what_stood_around_it():
    assert "<<" not in harmless("<>><", 20)
    assert "UNTRUSTED" not in harmless("UNT>>RUSTED", 20)


def test_plain_text_is_not_touched():
    text = "The Fed's range stays at 3.75–4.00 %, said Mr. O'Neil; inflation < 3 % & falling."
    assert harmless(text, 500) == text


def test_what_is_too_long_is_cut_with_a_mark():
    assert harmless("word " * 100, 20) == "word word word word…"


@pytest.mark.parametrize(
    "sentence",
    [
        "Kalshi traders put it at 62%.",
        "On Polymarket Yes trades at 62¢.",
        "Bookmakers make Smith the favourite.",
        "Betting odds stand at 5/2.",
        "The odds of a cut are 80 percent.",
        "Bettors wagered $3 million on Yes.",
        "Fed funds futures imply an 87% probability of a cut.",
        "Traders see a 40 percent chance of recession.",
        "According to CME FedWatch, 71.5%.",
        "Swaps show a 9 in 10 likelihood of a hike.",
        "Prediction markets favour the incumbent.",
    ],
)
def test_a_sentence_that_tells_a_markets_belief_is_known(sentence):
    assert quotes_odds(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Oil futures rose 2 percent on Monday.",
        "Economists see a 40 percent chance of recession.",
        "The weather service gives a 70% chance of rain.",
        "Stock markets fell 3%.",
        "The two sides are at odds over the budget.",
        "Inflation was 3.1 percent in October.",
    ],
)
def test_news_with_numbers_is_kept(sentence):
    assert not quotes_odds(sentence)


def test_only_the_sentences_with_odds_go():
    text = "The vote is on Tuesday. Kalshi has it at 62%. Turnout was 54% in 2022."
    assert without_odds(text) == "The vote is on Tuesday. Turnout was 54% in 2022."
