import pytest
from hypothesis import given

from kalshi_desk.domain.news import Found
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.wire import gdelt
from tests.wire import news_frames
from tests.wire.mangle import mangled

AT = Nanos.parse("2026-11-21T12:00:00Z")


def test_articles():
    found = gdelt.parse(news_frames.GDELT, at=AT)
    assert found.unreadable == 1
    first, late = found.articles
    assert (first.source, first.title, first.summary) == (
        "gdelt:news.test", "Fed officials signal another rate cut in December, minutes show", "",
    )  # fmt: skip
    assert first.published_at == Nanos.parse("2026-11-21T03:15:00Z")
    assert late.published_at is None


def test_nothing_matches():
    assert gdelt.parse(b"{}", at=AT) == Found(())


@pytest.mark.parametrize(
    "body",
    [
        b"Your query was too short or too long.\n",
        b"Please limit requests to one every 5 seconds or contact us.",
        b"<html>", b"", b"[]", b"null", b'{"articles": 3}', b'{"articles": [',
    ],
)  # fmt: skip
def test_plain_text_with_status_200_is_no_answer(body):
    with pytest.raises(ParseError):
        gdelt.parse(body, at=AT)


@pytest.mark.parametrize(
    ("inner", "title"),
    [
        (rb"It\'s the Fed\s turn now", "It\\'s the Fed\\s turn now"),
        (rb"A good \"quote\" and \u00e9 and \\ stay", 'A good "quote" and é and \\ stay'),
        (b"A control\x01character\nwithin the text", "A control character within the text"),
        (b"Bytes \xff that are no text", "Bytes \ufffd that are no text"),
    ],
)
def test_broken_escapes_and_bytes_are_mended(inner, title):
    body = b'{"articles": [{"url": "https://n.test/1", "title": "' + inner + b'", "seendate": "x"}]}'
    (article,) = gdelt.parse(body, at=AT).articles
    assert (article.title, article.published_at) == (title, None)


def test_queries_quote_and_fit():
    assert gdelt.query(["Federal Reserve"]) == '"Federal Reserve" sourcelang:english'
    assert gdelt.query(["Fed", 'a "b"']) == '("Fed" OR "a b") sourcelang:english'
    assert len(gdelt.query(["word " * 5] * 100)) <= gdelt.QUERY_CHARS + 30


@given(mangled([news_frames.GDELT.decode()]))
def test_fuzz(text):
    try:
        found = gdelt.parse(text.encode("utf-8", "surrogatepass"), at=AT)
    except ParseError:
        return
    assert all(article.title for article in found.articles)
