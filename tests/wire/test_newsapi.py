import pytest
from hypothesis import given

from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.wire import newsapi
from tests.wire import news_frames
from tests.wire.mangle import mangled

AT = Nanos.parse("2026-11-21T12:00:00Z")


def test_articles_without_the_removed_ones():
    found = newsapi.parse(news_frames.NEWSAPI, at=AT)
    assert found.unreadable == 2
    claims, bare = found.articles
    assert (claims.source, claims.url) == ("newsapi:Example Wire", "https://wire.test/claims")
    assert claims.summary == "Claims for unemployment benefits fell by 9,000 last week."
    assert claims.published_at == Nanos.parse("2026-11-20T13:31:00Z")
    assert (bare.source, bare.summary, bare.published_at) == ("newsapi:unnamed", "", None)


def test_a_refusal_says_its_code_and_nothing_of_its_message():
    assert newsapi.refusal(b'{"status":"error","code":"rateLimited","message":"key 1234 is over"}') == "rateLimited"
    assert newsapi.refusal(b'{"status":"error","code":"key 1234","message":""}') == ""
    assert newsapi.refusal(b"<html>") == ""


def test_an_error_with_status_200_is_no_answer():
    with pytest.raises(ParseError):
        newsapi.parse(b'{"status":"error","code":"apiKeyInvalid","message":"m"}', at=AT)


@given(mangled([news_frames.NEWSAPI.decode()]))
def test_fuzz(text):
    try:
        found = newsapi.parse(text.encode("utf-8", "surrogatepass"), at=AT)
    except ParseError:
        return
    assert all(article.title not in ("", "[Removed]") for article in found.articles)
