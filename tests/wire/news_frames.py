"""Bodies of the news sources, written by hand after other-venues-and-news.md sections 3 and 4."""

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
