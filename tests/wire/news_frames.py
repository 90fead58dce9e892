"""Bodies of the news sources, written by hand after the sources' API references."""

import json

RSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Press</title>
<link>https://www.fed.test/</link><ttl>15</ttl>
<item><title>Federal Reserve lowers the target range by 25 basis points</title>
<link>https://www.fed.test/press/20261120a.htm?utm_source=rss#top</link><guid isPermaLink="false">20261120a</guid>
<pubDate>Fri, 20 Nov 2026 19:00:00 GMT</pubDate>
<description>&lt;p&gt;The Committee decided to &lt;b&gt;lower&lt;/b&gt; the target range for the federal funds rate
to 3-1/2 to 3-3/4 percent &amp;amp; said so.&lt;/p&gt;</description></item>
<item><title>Snowfall buries the mountain pass as a storm reaches the north of the country</title>
<link>https://weather.test/snow</link>
<description>Forty inches of snow fell on the pass in two days.</description></item>
<item><title></title><link>https://www.fed.test/empty</link></item>
<item><title>A link that is none</title><link>javascript:alert(1)</link></item>
</channel></rss>"""

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Statistics</title><id>urn:x</id><updated>2026-11-20T13:30:00Z</updated>
<entry><id>urn:x:1</id><title type="html">Consumer prices rose 0.3% in &lt;i&gt;October&lt;/i&gt;</title>
<link href="https://bls.test/cpi"/><published>2026-11-13T08:30:00-05:00</published>
<updated>2026-11-14T00:00:00Z</updated><summary>The index rose 3.1 percent over the year.</summary></entry>
</feed>"""

GDELT = json.dumps(
    {
        "articles": [
            {
                "url": "https://news.test/fed?ref=x", "url_mobile": "", "domain": "news.test", "language": "English",
                "title": "Fed officials signal another rate cut in December , minutes show",
                "seendate": "20261121T031500Z", "socialimage": "", "sourcecountry": "United States",
            },
            {"url": "https://news.test/none", "title": None, "seendate": "20261121T031500Z"},
            {
                "url": "https://news.test/late", "title": "A forecast published in the time to come",
                "seendate": "20991121T031500Z",
            },
        ]
    }
).encode()  # fmt: skip

NEWSAPI = json.dumps(
    {
        "status": "ok", "totalResults": 4,
        "articles": [
            {
                "source": {"id": None, "name": "Example Wire"}, "author": None,
                "title": "Jobless claims fall to the lowest level since May",
                "description": "Claims for <b>unemployment</b> benefits fell by 9,000 last week.",
                "url": "https://wire.test/claims", "urlToImage": None, "publishedAt": "2026-11-20T13:31:00Z",
                "content": "WASHINGTON - Claims fell [+812 chars]",
            },
            {
                "source": {"id": None, "name": "[Removed]"}, "title": "[Removed]", "description": "[Removed]",
                "url": "https://removed.com", "publishedAt": "1970-01-01T00:00:00Z", "content": "[Removed]",
            },
            {
                "source": {"id": None, "name": None}, "author": None, "title": "Only a title and a link are here",
                "description": None, "url": "https://wire.test/bare", "publishedAt": None, "content": None,
            },
            {"source": None, "title": None, "description": None, "url": None, "publishedAt": None, "content": None},
        ],
    }
).encode()  # fmt: skip

MARKETAUX = json.dumps(
    {
        "meta": {"found": 412, "returned": 2, "limit": 3, "page": 1},
        "data": [
            {
                "uuid": "0f0e", "title": "Bitcoin slips under 90,000 dollars", "description": "", "keywords": "",
                "snippet": "The largest coin lost four percent in a day …", "url": "https://coins.test/slip",
                "image_url": None, "language": "en", "published_at": "2026-11-21T02:58:00.000000Z",
                "source": "coins.test", "relevance_score": None, "similar": [],
                "entities": [{"symbol": "CC:BTC", "name": "Bitcoin", "sentiment_score": None}],
            },
            {"uuid": "0f0f", "title": "No link here", "url": None, "published_at": "2026-11-21T02:58:00.000000Z"},
        ],
    }
).encode()  # fmt: skip


def fred(*values: tuple[str, str, str]) -> bytes:
    """Return a reply with observations of (vintage, date, value)."""
    rows = [{"realtime_start": a, "realtime_end": "9999-12-31", "date": b, "value": c} for a, b, c in values]
    head = {"realtime_start": "2025-10-17", "realtime_end": "2026-11-21", "units": "lin", "count": len(rows)}
    return json.dumps({**head, "file_type": "json", "limit": 1000, "observations": rows}).encode()


FRED = fred(
    ("2026-11-02", "2026-10-01", "3.88"), ("2026-10-02", "2026-09-01", "4.1"), ("2026-11-02", "2026-09-01", "4.22"),
    ("2026-11-02", "2025-10-01", "."),
)  # fmt: skip
