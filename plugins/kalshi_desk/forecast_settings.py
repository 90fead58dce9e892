"""The settings of the forecast desk: what to watch, what to read, whom to ask and what that may cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

Names = Annotated[tuple[str, ...], NoDecode]
Dollars = Annotated[Decimal, Field(gt=0, decimal_places=6)]
TokenDollars = Annotated[Decimal, Field(ge=0, decimal_places=6)]
NEWS_SOURCES = frozenset({"rss", "gdelt", "newsapi", "marketaux", "fred"})


class ForecastSettings(BaseSettings):
    """Field names in capitals are the environment's names."""

    watchlist_size: int = Field(300, ge=1)
    min_volume_24h: int = Field(20, ge=0)
    min_open_interest: int = Field(50, ge=0)
    max_listed_spread: float = Field(0.10, gt=0, lt=1)
    min_days_to_close: float = Field(1, ge=0)
    max_days_to_close: float = Field(30, gt=0)
    categories_allowed: Names = ()
    categories_denied: Names = ()

    news_sources: Names = tuple(sorted(NEWS_SOURCES))
    rss_feeds: Names = (
        "https://www.federalreserve.gov/feeds/press_all.xml",
        "https://www.bls.gov/feed/bls_latest.rss",
        "https://www.coindesk.com/arc/outboundfeeds/rss/",
    )
    newsapi_key: SecretStr | None = None
    marketaux_key: SecretStr | None = None
    fred_key: SecretStr | None = None
    fred_series: Names = ("FEDFUNDS", "CPIAUCSL", "UNRATE", "GDPC1")
    news_contact: str = "desk@example.org"
    news_cache_ttl: int = Field(900, ge=0)
    news_max_age_days: float = Field(14, gt=0)

    openai_api_key: SecretStr | None = None
    anthropic_api_key: SecretStr | None = None
    gpt_model: str = "gpt-6-luna"
    claude_model: str = "claude-haiku-5-5"
    screen_model: str = "gpt-5.4-mini"
    gpt_weight: float = Field(0.55, ge=0, le=1)
    claude_weight: float = Field(0.45, ge=0, le=1)
    llm_samples: int = Field(2, ge=1, le=10)
    llm_daily_budget: Dollars = Decimal("1.00")
    llm_market_budget: Dollars = Decimal("0.20")
    llm_prices: dict[str, tuple[TokenDollars, TokenDollars]] = Field(
        default={
            "gpt-6-luna": (Decimal("0.25"), Decimal("2.00")),
            "gpt-5.4-mini": (Decimal("0.15"), Decimal("0.60")),
            "claude-haiku-5-5": (Decimal("1.00"), Decimal("5.00")),
        }
    )
    estimate_every_hours: float = Field(12, gt=0)
    blend_prior: float = Field(0.5, ge=0, le=1)
    min_resolutions: int = Field(50, ge=1)
    max_correlation: float = Field(0.7, gt=0, le=1)
    retention_days: int = Field(30, ge=1)
    listing_days: int = Field(2, ge=1)

    @field_validator(
        "categories_allowed", "categories_denied", "news_sources", "rss_feeds", "fred_series", mode="before"
    )
    @classmethod
    def _split_names(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("news_sources")
    @classmethod
    def _known_sources(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(value) - NEWS_SOURCES:
            raise ValueError(f"unknown news sources {sorted(unknown)}; known: {sorted(NEWS_SOURCES)}")
        return value

    @property
    def unpriced_models(self) -> list[str]:
        """The models whose price per million tokens nobody set."""
        return sorted({self.gpt_model, self.claude_model, self.screen_model} - set(self.llm_prices))
