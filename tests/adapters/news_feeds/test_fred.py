from datetime import date

from kalshi_desk.adapters.news_feeds.fred import fred


def test_every_revision_of_the_last_400_days_as_json():
    asks = fred("https://fred.test", ["FEDFUNDS", "UNRATE"], "k" * 32, date(2026, 11, 21)).asks
    assert [ask.address for ask in asks] == ["fred:FEDFUNDS", "fred:UNRATE"]
    assert asks[0].url == "https://fred.test/fred/series/observations"
    assert asks[0].params == {
        "series_id": "FEDFUNDS", "file_type": "json", "observation_start": "2025-10-17",
        "realtime_start": "2025-10-17", "realtime_end": "2026-11-21", "sort_order": "desc", "limit": "1000",
        "api_key": "k" * 32,
    }  # fmt: skip
    assert all(ask.key == "k" * 32 for ask in asks)


def test_its_refusals_are_read():
    assert fred("https://fred.test", ["X"], "k", date(2026, 11, 21)).refusal(b'{"error_code":429}') == "429"
