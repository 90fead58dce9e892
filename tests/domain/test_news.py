import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.news import Article, believable, normalised_link
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError

NOW = Nanos.parse("2026-11-21T12:00:00Z")


def article(url: str = "https://x.test/1", title: str = "A title", summary: str = "") -> Article:
    return Article(source="rss:x", url=url, title=title, summary=summary, published_at=None, observed_at=NOW)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://www.Fed.test/press/?utm_source=rss&utm_medium=x#top", "fed.test/press"),
        ("http://fed.test/press?b=2&a=1&fbclid=x", "fed.test/press?a=1&b=2"),
        (" https://fed.test/press?a=1&b=2 ", "fed.test/press?a=1&b=2"),
        ("https://fed.test:443/Press", "fed.test/Press"),
    ],
)
def test_links_are_normalised(url, link):
    assert normalised_link(url) == link


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x.test/a", "javascript:alert(1)", "https://", "//x.test", "http://[::1", "https://x/" + "a" * 2_000],
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(ParseError):
        normalised_link(url)


@given(st.text(), st.text())
def test_fuzz(start, rest):
    for url in (start, f"https://{start}/{rest}"):
        try:
            assert len(article(url).article_id) == 32
        except ParseError:
            continue


def test_one_text_found_twice_is_one_article():
    assert article("https://www.x.test/1?utm_source=a").article_id == article("http://x.test/1/").article_id
    assert article("https://x.test/1").article_id != article("https://x.test/2").article_id


def test_the_text_is_the_title_and_what_there_is_of_a_summary():
    assert article(summary="More of it").text == "A title. More of it"
    assert article().text == "A title"


def test_what_was_published_in_time_to_come_nobody_knows():
    assert believable(NOW, NOW) == NOW
    assert believable(Nanos(NOW + 1), NOW) is None
    assert believable(None, NOW) is None
