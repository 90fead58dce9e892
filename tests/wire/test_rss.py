import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.news import Article
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.wire import rss
from tests.wire import news_frames

AT = Nanos.parse("2026-11-21T12:00:00Z")
BOMB = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">
<!ENTITY secret SYSTEM "secret.txt">]>
<rss version="2.0"><channel><title>x</title><item><title>Laughs &f; &secret; end</title>
<link>https://x.test/1</link></item></channel></rss>"""


def item(**fields: str) -> bytes:
    """Return a feed of one entry."""
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f'<rss version="2.0"><channel><title>x</title><item>{inner}</item></channel></rss>'.encode()


def entry(**fields: str) -> Article:
    (article,) = rss.parse(
        item(**({"title": "A title", "link": "https://x.test/1"} | fields)), feed="x", at=AT
    ).articles
    return article


def test_rss():
    found = rss.parse(news_frames.RSS, feed="fed.test", at=AT)
    assert found.unreadable == 2
    assert found.articles[0] == Article(
        source="rss:fed.test", url="https://www.fed.test/press/20261120a.htm?utm_source=rss#top",
        title="Federal Reserve lowers the target range by 25 basis points",
        summary="The Committee decided to lower the target range for the federal funds rate to 3-1/2 to 3-3/4 percent"
        " & said so.",
        published_at=Nanos.parse("2026-11-20T19:00:00Z"), observed_at=AT,
    )  # fmt: skip
    assert found.articles[1].published_at is None


def test_atom():
    (article,) = rss.parse(news_frames.ATOM, feed="bls.test", at=AT).articles
    assert (article.title, article.url) == ("Consumer prices rose 0.3% in October", "https://bls.test/cpi")
    assert article.published_at == Nanos.parse("2026-11-13T13:30:00Z")


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Sat, 21 Nov 2026 12:00:01 GMT", "Fri, 31 Feb 2026 25:61:00 GMT", "2099", "1970-01-01"]
)
def test_dates_that_are_missing_wrong_or_to_come_are_unknown(date):
    assert entry(pubDate=date).published_at is None


def test_a_date_with_a_zone_is_read_in_utc():
    assert entry(pubDate="Fri, 20 Nov 2026 19:00:00 -0500").published_at == Nanos.parse("2026-11-21T00:00:00Z")


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>Not found</body></html>", b"{}", b"/etc/hostname", b"https://x.test/feed", b"\x00\xff"]
)
def test_what_is_no_feed_is_refused_and_nothing_is_opened(body):
    with pytest.raises(ParseError):
        rss.parse(body, feed="x", at=AT)


def test_entities_neither_expand_nor_read_files():
    began = time.process_time()
    try:
        titles = [article.title for article in rss.parse(BOMB, feed="x", at=AT).articles]
    except ParseError:
        titles = []
    assert time.process_time() - began < 1
    assert not any("haha" in title or "root" in title for title in titles)
    assert all(len(title) < 300 for title in titles)


def test_a_feed_of_thousands_is_cut_to_its_newest():
    entries = b"".join(
        b"<item><title>Again and again</title><link>https://x.test/%d</link></item>" % n for n in range(3000)
    )
    found = rss.parse(b'<rss version="2.0"><channel>' + entries + b"</channel></rss>", feed="x", at=AT)
    assert len(found.articles) == rss.MOST


def test_markup_scripts_and_control_characters_are_gone():
    article = entry(
        title="Rates&#8206; &lt;img src=x onerror=alert(1)&gt; held\u202e",
        description="<![CDATA[<script>var a = '<b>';</script><p>Held&nbsp;at 4%</p><style>p{}</style> again]]>",
    )
    assert (article.title, article.summary) == ("Rates held", "Held at 4% again")


@given(st.data())
def test_fuzz(data):
    body = data.draw(st.sampled_from([news_frames.RSS, news_frames.ATOM, BOMB]))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body)))
        body = body[:place] + data.draw(st.binary(max_size=8)) + body[place + data.draw(st.integers(0, 40)) :]
    try:
        found = rss.parse(body, feed="x", at=AT)
    except ParseError:
        return
    assert all(article.title and (article.published_at or 0) <= AT for article in found.articles)
