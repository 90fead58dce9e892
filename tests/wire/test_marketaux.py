import pytest
from hypothesis import given

from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.wire import marketaux
from tests.wire import news_frames
from tests.wire.mangle import mangled

AT = Nanos.parse("2026-11-21T12:00:00Z")


def test_articles():
    found = marketaux.parse(news_frames.MARKETAUX, at=AT)
    assert found.unreadable == 1
    (article,) = found.articles
    assert (article.source, article.title) == ("marketaux:coins.test", "Bitcoin slips under 90,000 dollars")
    assert article.summary == "The largest coin lost four percent in a day …"
    assert article.published_at == Nanos.parse("2026-11-21T02:58:00Z")


def test_a_refusal_says_its_code():
    body = b'{"error":{"code":"usage_limit_reached","message":"token abc has no requests left"}}'
    assert marketaux.refusal(body) == "usage_limit_reached"
    assert marketaux.refusal(b'{"error":{"code":"abc","message":""}}') == ""
    assert marketaux.refusal(b"{}") == ""


def test_an_error_is_no_answer():
    with pytest.raises(ParseError):
        marketaux.parse(b'{"error":{"code":"invalid_api_token","message":"m"}}', at=AT)


@given(mangled([news_frames.MARKETAUX.decode()]))
def test_fuzz(text):
    try:
        found = marketaux.parse(text.encode("utf-8", "surrogatepass"), at=AT)
    except ParseError:
        return
    assert all(article.title for article in found.articles)
