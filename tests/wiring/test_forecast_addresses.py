from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.forecast_addresses import feeds, news_host

TWO = "https://www.fed.test/press.xml,https://fed.test/speeches.xml"


def test_paper_asks_the_simulated_venue_alone():
    paper = load_settings(_env_file=None, port_base=9000, rss_feeds=TWO)
    assert news_host(paper, "gdelt") == "http://127.0.0.1:9002/news/gdelt"
    assert feeds(paper) == {
        "fed.test": "http://127.0.0.1:9002/news/rss/fed.test",
        "fed.test/speeches.xml": "http://127.0.0.1:9002/news/rss/fed.test-speeches.xml",
    }


def test_demo_and_live_ask_the_world(tmp_path):
    real = load_settings(
        _env_file=None, desk_mode="demo", kalshi_key_id="a", kalshi_private_key_path=tmp_path / "k.pem", rss_feeds=TWO
    )
    assert news_host(real, "fred") == "https://api.stlouisfed.org"
    assert feeds(real) == {
        "fed.test": "https://www.fed.test/press.xml", "fed.test/speeches.xml": "https://fed.test/speeches.xml",
    }  # fmt: skip
