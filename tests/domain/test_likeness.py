import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.likeness import facts, headline, least_cosine, mistaken, relevance, repeats, siblings

FED = facts("Will the Federal Reserve cut rates in December 2026?")


def test_facts():
    told = facts("Will the Fed's rate in May 2026 be above 3.50%, or 12,000 points?")
    assert told.words == {"fed", "rate", "point"}
    assert told.numbers == {"3.50", "12000"}
    assert (told.years, told.months) == ({2026}, {5})


def test_relevance_grows_with_meaning_and_with_shared_words():
    near, far = facts("The Federal Reserve may cut rates"), facts("Snow falls on the pass")
    assert relevance(0.6, near, FED) > relevance(0.6, far, FED)
    assert relevance(0.6, near, FED) > relevance(0.5, near, FED)
    assert relevance(-0.3, far, FED) == 0.0
    assert relevance(1.0, FED, FED) == 1.0


@given(st.floats(-1, 1), st.text(), st.text())
def test_relevance_is_a_share(cosine, text, other):
    assert 0.0 <= relevance(cosine, facts(text), facts(other)) <= 1.0


@given(st.floats(0.2, 1), st.text(), st.text())
def test_below_the_least_cosine_nothing_is_that_relevant(relevant, text, other):
    assert relevance(least_cosine(relevant) - 1e-6, facts(text), facts(other)) < relevant


def test_headlines_by_their_words_alone():
    assert headline("Fed Cuts Rates by 25 Basis Points!") == headline("fed cuts rates: by 25 basis points")
    assert headline("FOMC statement") == ""


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("Fed cuts its interest rates by 25 basis points", True),
        ("Fed cuts interest rates by 50 basis points", False),
        ("Fed does not cut interest rates by 25 basis points", False),
        ("Jobless claims fall to a low as Fed cuts by 25", False),
    ],
)
def test_a_repetition_has_the_same_numbers_and_the_same_yes_or_no(other, same):
    title = "Fed cuts interest rates by 25 basis points"
    assert repeats(title, other) is same
    assert repeats(other, title) is same


def test_siblings_and_what_is_about_one_of_them():
    rain, other = (
        facts("Will the month's rain in Seattle exceed 3 inches?"),
        facts("Will the month's rain in Miami exceed 2 inches?"),
    )
    assert siblings(rain, other)
    assert not siblings(rain, facts("Will the month's rain in Seattle exceed 5 inches?"))
    assert not siblings(rain, FED)
    assert mistaken(facts("Rain in Miami"), rain, other)
    assert not mistaken(facts("Rain in Seattle and Miami"), rain, other)
    assert not mistaken(facts("Rain in the country"), rain, other)
