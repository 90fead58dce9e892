from kalshi_desk.adapters.news_feeds.gdelt import gdelt


def test_the_newest_articles_of_a_day_no_faster_than_the_source_allows():
    source = gdelt("https://gdelt.test", ['"Fed" sourcelang:english'])
    (ask,) = source.asks
    assert ask.url == "https://gdelt.test/api/v2/doc/doc"
    assert ask.params == {
        "query": '"Fed" sourcelang:english', "mode": "artlist", "format": "json", "maxrecords": "75",
        "timespan": "1d", "sort": "datedesc",
    }  # fmt: skip
    assert source.every_s > 5
