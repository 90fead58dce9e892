from kalshi_desk.adapters.news_feeds.asking import Ask
from kalshi_desk.adapters.news_feeds.rss import rss


def test_one_request_a_feed_by_its_name():
    source = rss({"fed.test": "https://fed.test/press.xml", "bls.test": "https://bls.test/latest.rss"})
    assert source.asks == [
        Ask("rss:fed.test", "https://fed.test/press.xml"), Ask("rss:bls.test", "https://bls.test/latest.rss"),
    ]  # fmt: skip
    assert all(ask.key is None for ask in source.asks)
