import pytest

from kalshi_desk.domain.units import Nanos
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.news import news_sources

NOW = Nanos.parse("2026-11-21T12:00:00Z")


@pytest.fixture
def demo(tmp_path):
    def settings(**given):
        keys = {"kalshi_key_id": "a", "kalshi_private_key_path": tmp_path / "k.pem"}
        return load_settings(_env_file=None, desk_mode="demo", **keys, **given)

    return settings


def test_paper_asks_every_source_of_the_simulated_venue():
    sources = news_sources(load_settings(_env_file=None), ["Federal Reserve"], NOW)
    assert [source.name for source in sources.asked] == ["rss", "newsapi", "marketaux", "fred", "gdelt"]
    assert sources.without_key == ()
    assert all(ask.url.startswith("http://127.0.0.1:8082/news/") for source in sources.asked for ask in source.asks)


def test_elsewhere_a_source_without_its_key_is_left_out(demo):
    sources = news_sources(demo(fred_key="f" * 32), ["Federal Reserve"], NOW)
    assert [source.name for source in sources.asked] == ["rss", "fred", "gdelt"]
    assert sources.without_key == ("newsapi", "marketaux")
    assert {ask.key for source in sources.asked for ask in source.asks} == {None, "f" * 32}


def test_only_the_sources_of_the_settings(demo):
    sources = news_sources(demo(news_sources="rss"), ["Federal Reserve"], NOW)
    assert ([source.name for source in sources.asked], sources.without_key) == (["rss"], ())


def test_without_phrases_there_is_nothing_to_search():
    sources = news_sources(load_settings(_env_file=None, news_sources="gdelt,newsapi,marketaux"), [], NOW)
    assert [ask for source in sources.asked for ask in source.asks] == []
