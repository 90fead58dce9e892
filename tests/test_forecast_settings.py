from decimal import Decimal

import pytest

from kalshi_desk.errors import SettingsError
from kalshi_desk.forecast_settings import NEWS_SOURCES, ForecastSettings
from kalshi_desk.settings import load_settings


@pytest.fixture
def loaded(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ForecastSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    def load(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return load_settings()

    return load


def test_the_starter_spends_a_dollar_a_day_and_a_fifth_of_it_a_market(loaded):
    settings = loaded()
    assert (settings.llm_daily_budget, settings.llm_market_budget) == (Decimal("1.00"), Decimal("0.20"))
    assert (settings.gpt_weight, settings.claude_weight, settings.blend_prior) == (0.55, 0.45, 0.5)
    assert settings.news_sources == tuple(sorted(NEWS_SOURCES))


def test_lists_are_told_with_commas(loaded):
    settings = loaded(CATEGORIES_DENIED="Sports, Entertainment,", NEWS_SOURCES="rss", FRED_SERIES="")
    assert (settings.categories_denied, settings.news_sources) == (("Sports", "Entertainment"), ("rss",))
    assert settings.fred_series == ()


def test_prices_of_models_are_json_in_exact_decimals(loaded):
    models = {"GPT_MODEL": "gpt-a", "SCREEN_MODEL": "gpt-a", "CLAUDE_MODEL": "claude-b"}
    settings = loaded(LLM_PRICES='{"gpt-a": ["0.25", "2.00"], "claude-b": ["1", "5.000001"]}', **models)
    assert settings.llm_prices == {
        "gpt-a": (Decimal("0.25"), Decimal("2.00")),
        "claude-b": (Decimal("1"), Decimal("5.000001")),
    }


@pytest.mark.parametrize(
    ("environment", "fault"),
    [
        ({"NEWS_SOURCES": "rss,twitter"}, "NEWS_SOURCES: unknown news sources"),
        ({"LLM_DAILY_BUDGET": "0"}, "LLM_DAILY_BUDGET"),
        ({"LLM_SAMPLES": "0"}, "LLM_SAMPLES"),
        ({"MIN_DAYS_TO_CLOSE": "30"}, "MIN_DAYS_TO_CLOSE is not below MAX_DAYS_TO_CLOSE"),
        ({"GPT_WEIGHT": "0", "CLAUDE_WEIGHT": "0"}, "GPT_WEIGHT and CLAUDE_WEIGHT are both 0"),
        ({"RETENTION_DAYS": "0"}, "RETENTION_DAYS"),
        ({"LISTING_DAYS": "0"}, "LISTING_DAYS"),
    ],
)
def test_what_cannot_be_is_refused_by_name(loaded, environment, fault):
    with pytest.raises(SettingsError) as caught:
        loaded(**environment)
    assert any(text.startswith(fault) for text in caught.value.faults), caught.value.faults


def test_keys_are_no_text(loaded):
    keys = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "NEWSAPI_KEY", "MARKETAUX_KEY", "FRED_KEY")
    assert "hush" not in repr(loaded(**dict.fromkeys(keys, "hush")))
