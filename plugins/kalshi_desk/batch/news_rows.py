"""Articles, links and markets' texts as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.adapters.sentences import WIDTH, Vectors
from kalshi_desk.batch.desk import Run
from kalshi_desk.domain.news import Article, Judged, Link, Observation, Topic
from kalshi_desk.domain.units import Nanos
from kalshi_desk.steps.gather_news import Compared

DAG = "news_aggregation"
_FLOAT = np.dtype("<f4")


def topics_of(run: Run) -> list[Topic]:
    """Return the forecast desk's watched markets, best first, each with its event's title and its own."""
    rows = queries("news").topics(run.connection, account=run.account, now=run.now.datetime())
    return [Topic(ticker, _text(event, title)) for ticker, title, event in rows]


def watched_before(run: Run) -> set[str]:
    """Return the markets that the last run of the news before this one compared its articles with."""
    row = queries("news").last_run(run.connection, dag_id=DAG, account=run.account, now=run.now.datetime())
    rows = queries("news").topics(run.connection, account=run.account, now=row[0]) if row[0] is not None else ()
    return {ticker for ticker, *_ in rows}


def _text(event: str | None, title: str) -> str:
    return title if not event or event in title else f"{event}. {title}"


def known_ids(run: Run, articles: Iterable[Article]) -> set[str]:
    """Return which of the articles an earlier run knew."""
    ids = [article.article_id for article in articles]
    rows = queries("news").known_ids(run.connection, account=run.account, ids=ids, now=run.now.datetime())
    return {article_id for (article_id,) in rows}


def recent_ids(run: Run) -> list[str]:
    """Return the articles of the last three days that may be evidence, known before this run."""
    rows = queries("news").recent(run.connection, account=run.account, now=run.now.datetime())
    return [article_id for (article_id,) in rows]


def recent_articles(run: Run, ids: list[str]) -> Compared:
    """Return these articles with their vectors, newest first."""
    rows = list(queries("news").articles(run.connection, account=run.account, ids=ids))
    vectors = np.array([np.frombuffer(vector, _FLOAT) for *_, vector in rows], dtype=np.float32)
    return Compared(tuple(_article(*fields) for *fields, _ in rows), vectors.reshape(-1, WIDTH))


def _article(source: str, url: str, title: str, summary: str, *instants: Any) -> Article:
    published, observed = (None if at is None else Nanos.of(at) for at in instants)
    if observed is None:
        raise TypeError(f"{url} has no observed_at")
    return Article(source=source, url=url, title=title, summary=summary, published_at=published, observed_at=observed)


def save_articles(run: Run, judged: Iterable[Judged], fit: Compared) -> None:
    """Write the run's articles; those that may be evidence are kept once a market is linked."""
    for verdict in judged:
        _save(run, verdict.article, verdict.reason, None)
    for article, vector in zip(fit.articles, fit.vectors, strict=True):
        _save(run, article, "off_topic", vector)


def _save(run: Run, article: Article, reason: str | None, vector: Vectors | None) -> None:
    published = None if article.published_at is None else article.published_at.datetime()
    queries("news").save_article(
        run.connection, account=run.account, article_id=article.article_id, source=article.source, url=article.url,
        title=article.title, summary=article.summary, published_at=published, now=run.now.datetime(), reason=reason,
        vector=None if vector is None else vector.astype(_FLOAT).tobytes(),
    )  # fmt: skip


def save_links(run: Run, links: Sequence[Link]) -> int:
    """Write the run's links anew and keep the articles that have one; return how many links are new."""
    sql, db, now = queries("news"), run.connection, run.now.datetime()
    sql.drop_links(db, account=run.account, now=now)
    new = [
        sql.add_link(
            db, account=run.account, article_id=each.article_id, ticker=each.ticker, relevance=each.relevance, now=now
        )
        for each in links
    ]
    sql.keep_linked(db, account=run.account, now=now)
    return sum(row is not None for row in new)


def save_figures(run: Run, figures: Iterable[Observation]) -> int:
    """Write what the economic series say anew; return how many values are new or revised."""
    sql, db, now = queries("news"), run.connection, run.now.datetime()
    sql.drop_observations(db, account=run.account, now=now)
    return sum(
        sql.add_observation(
            db, account=run.account, series_id=each.series_id, date=each.date, value=each.value,
            vintage_at=each.vintage_at.datetime(), now=now,
        )
        for each in sorted(figures, key=lambda each: (each.series_id, each.date, each.vintage_at))
    )  # fmt: skip
