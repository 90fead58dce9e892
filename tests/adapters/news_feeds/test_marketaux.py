from kalshi_desk.adapters.news_feeds.marketaux import marketaux


def test_the_key_is_a_parameter_and_in_no_name():
    (ask,) = marketaux("https://aux.test", ["Bitcoin", "CPI"], "k" * 32).asks
    assert ask.url == "https://aux.test/v1/news/all"
    assert ask.params["search"] == '"Bitcoin" | "CPI"'
    assert (ask.params["api_token"], ask.key) == ("k" * 32, "k" * 32)
    assert "k" * 32 not in f"{ask.address}{ask.url}"


def test_nothing_is_asked_without_a_phrase():
    assert marketaux("https://aux.test", [], "k").asks == []


def test_its_refusals_are_read():
    body = b'{"error":{"code":"rate_limit_reached","message":""}}'
    assert marketaux("https://aux.test", ["x"], "k").refusal(body) == "rate_limit_reached"
