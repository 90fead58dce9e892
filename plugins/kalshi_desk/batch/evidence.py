"""What is known of a market besides its price: articles by relevance and age, and economic series by category."""

from __future__ import annotations

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import Run
from kalshi_desk.domain.asked import EconomicValue, Evidence
from kalshi_desk.domain.news import ECONOMIC_CATEGORIES
from kalshi_desk.domain.units import Nanos

MOST = 20
DAY_S = 86_400.0


def evidence_for(run: Run, ticker: str) -> tuple[Evidence, ...]:
    """Return up to 20 kept articles linked to a market and known at ``run.now``, best first.

    Age weighs: an article's relevance halves in a week; beyond NEWS_MAX_AGE_DAYS it is none.
    """
    rows = queries("news").evidence(
        run.connection, account=run.account, ticker=ticker, now=run.now.datetime(), most=MOST,
        max_age_s=run.settings.news_max_age_days * DAY_S,
    )  # fmt: skip
    return tuple(
        Evidence(
            article_id=article_id, source=source, title=title, summary=summary,
            published_at=None if published is None else Nanos.of(published), relevance=relevance,
        )
        for article_id, source, title, summary, published, relevance in rows
    )  # fmt: skip


def economic_for(run: Run, category: str) -> tuple[EconomicValue, ...]:
    """Return the newest value of every economic series known at ``run.now``, for a category that they bear on."""
    if category.casefold() not in ECONOMIC_CATEGORIES:
        return ()
    rows = queries("news").economic(run.connection, account=run.account, now=run.now.datetime())
    return tuple(EconomicValue(series_id, date.isoformat(), value) for series_id, date, value in rows)
