from kalshi_desk.adapters.news_feeds.newsapi import newsapi


def test_the_key_goes_into_a_header_alone():
    (ask,) = newsapi("https://newsapi.test", ["Federal Reserve", "CPI"], "k" * 32).asks
    assert ask.url == "https://newsapi.test/v2/everything"
    assert ask.params["q"] == '"Federal Reserve" OR "CPI"'
    assert ask.headers == {"X-Api-Key": "k" * 32}
    assert "k" * 32 not in f"{ask.address}{ask.url}{ask.params}"


def test_queries_stay_below_the_limit_and_nothing_is_asked_without_one():
    (ask,) = newsapi("https://newsapi.test", ["a long phrase of words"] * 100, "k").asks
    assert len(ask.params["q"]) <= 500
    assert newsapi("https://newsapi.test", [], "k").asks == []


def test_its_refusals_are_read():
    assert newsapi("https://newsapi.test", ["x"], "k").refusal(b'{"code":"apiKeyInvalid"}') == "apiKeyInvalid"
