import json

import pytest

from kalshi_desk.adapters.news_feeds.asking import Answer, Ask
from kalshi_desk.batch.news_pages import body_of, encoded, figures_in, found_in, fresh, left_out, page_of
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError, SourceAway
from tests.wire import news_frames

AT = Nanos.parse("2026-11-21T12:00:00Z")
ASK = Ask("rss:fed.test", "https://fed.test/feed", key="secret")


@pytest.mark.parametrize("body", [b"plain", "é€".encode(), b"latin \xe9", b"nul \x00 byte", b""])
def test_a_body_comes_back_as_it_was(body):
    page = json.loads(encoded(page_of("rss", ASK, Answer(body, '"7"', "Fri"))))
    assert body_of(page) == body
    assert (page["kind"], page["etag"], page["modified"]) == ("answer", '"7"', "Fri")


def test_what_is_no_answer_says_why():
    assert page_of("rss", ASK, Answer(None, '"7"'))["kind"] == "unchanged"
    fault = page_of("rss", ASK, SourceAway("rss", "HTTP 503"))
    assert fault == {"source": "rss", "address": "rss:fed.test", "kind": "fault", "fault": "HTTP 503"}
    assert fresh("rss", ASK)["kind"] == "fresh"
    assert left_out("newsapi") == {"source": "newsapi", "address": "newsapi", "kind": "left_out"}


@pytest.mark.parametrize(
    ("source", "body", "count"),
    [
        ("rss", news_frames.RSS, 2), ("gdelt", news_frames.GDELT, 2), ("newsapi", news_frames.NEWSAPI, 2),
        ("marketaux", news_frames.MARKETAUX, 1), ("fred", news_frames.FRED, 0),
    ],
)  # fmt: skip
def test_each_source_has_its_parser(source, body, count):
    page = page_of(source, Ask(f"{source}:x", "https://x.test"), Answer(body))
    assert len(found_in(page, AT).articles) == count
    assert len(figures_in(page)) == (4 if source == "fred" else 0)


def test_figures_are_named_by_their_address():
    page = page_of("fred", Ask("fred:UNRATE", "https://x.test"), Answer(news_frames.FRED))
    assert {each.series_id for each in figures_in(page)} == {"UNRATE"}


def test_an_answer_that_cannot_be_read_is_told():
    with pytest.raises(ParseError):
        found_in(page_of("gdelt", ASK, Answer(b"too short")), AT)
    assert found_in(fresh("gdelt", ASK), AT).articles == ()
