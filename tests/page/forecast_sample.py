"""Rows of a forecast desk at work: a watch list, estimates, evidence and calls of models."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg2

from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import NANOS, Nanos
from tests.page import sample

FED, RAIN, BARE = "KXFED-26DEC-T4.25", "KXRAINNYC-26NOV23", "KXSHOW-26NOV28-B"
EVIL = "Shares <img src=x onerror=alert(1)> soar"
CLOSE = Nanos(sample.NOW + 5 * 86_400 * NANOS)
TITLES = {
    FED: ("Will the Fed cut rates by 25bp at its December meeting?", "Economics"),
    RAIN: ("Will it rain in New York on Monday?", "Climate and Weather"),
    BARE: ("Which show tops the streaming chart this week? \u201cB\u201d", None),
}


def market(ticker: str) -> Any:
    title, category = TITLES[ticker]
    plain = sample.market(ticker, None, "custom", CLOSE)
    return msgspec.structs.replace(plain, title=title, category=category)


def seed(url: str) -> None:
    """Fill a migrated database; ``sample.seed`` comes first."""
    now = sample.NOW.datetime()
    with closing(psycopg2.connect(url, options="-c search_path=desk -c timezone=UTC")) as db, db, db.cursor() as cursor:
        for insert, rows in (_listed(now) | _believed(now) | _read(now)).items():
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"insert into {insert} values ({marks})", rows)


def _listed(now: datetime) -> dict[str, list[tuple[Any, ...]]]:
    start, chosen = now - timedelta(minutes=9), now - timedelta(minutes=4)
    quotes = {FED: ("0.6100", "0.6300"), RAIN: ("0.3900", "0.4300"), BARE: (None, "0.0900")}
    return {
        "markets (ticker, event_ticker, series_ticker, title, category, desk, status, open_at, close_at, definition, "
        "first_observed_at, observed_at)": [
            (ticker, ticker, ticker.partition("-")[0], title, category, "forecast", "active", now, CLOSE.datetime(),
             encode(market(ticker)).decode(), now, now)
            for ticker, (title, category) in TITLES.items()
        ],
        "watchlist": [
            (sample.ACCOUNT, start, ticker, "forecast", rank, 0.012 / (rank + 1), chosen)
            for rank, ticker in enumerate(TITLES)
        ],
        "market_snapshots": [
            (ticker, bid, 100 if bid else 0, ask, 50, 900, 700, start, chosen) for ticker, (bid, ask) in quotes.items()
        ],
        "discovery_refusals": [
            (sample.ACCOUNT, start, "Sports", "parlay", 4828, chosen),
            (sample.ACCOUNT, start, "Sports", "thin_volume", 611, chosen),
            (sample.ACCOUNT, start, "World", "thin_volume", 127, chosen),
        ],
    }  # fmt: skip


def _believed(now: datetime) -> dict[str, list[tuple[Any, ...]]]:
    columns = (
        "estimate_id, account, ticker, category, p_vendors, p_ensemble, p_ensemble_stderr, p_calibrated, p_blended, "
        "p_yes, p_stderr, p_price, p_base_rate, blend_weight, exploratory, details, occurred_at, observed_at"
    )
    calls = (
        "call_id, account, estimate_id, ticker, stage, vendor, model, evidence_set, sample, prompt_hash, prompt, "
        "fault, cached, input_tokens, output_tokens, cost_dollars, occurred_at, observed_at"
    )
    hour = now - timedelta(hours=1)
    return {
        f"estimates ({columns})": [
            ("e1", sample.ACCOUNT, FED, "Economics", '{"gpt": 0.78, "claude": 0.71}', 0.749, 0.04, 0.735, 0.62, 0.69,
             0.03, 0.62, 0.4, 0.5, True, "{}", hour, hour),
            ("e2", sample.ACCOUNT, RAIN, "Climate and Weather", '{"claude": 0.3}', 0.3, 0.08, 0.31, 0.36, 0.36, 0.05,
             None, None, 0.25, False, "{}", hour, hour),
        ],
        f"forecaster_calls ({calls})": [
            (f"c{n}", sample.ACCOUNT, "e1", FED, "full", vendor, "m", n % 2, n, "h", "p", fault, n == 3, 2100, 180,
             "0.0631", hour, hour)
            for n, (vendor, fault) in enumerate([("gpt", None), ("claude", None), ("gpt", "refused"), ("gpt", None)])
        ],
    }  # fmt: skip


def _read(now: datetime) -> dict[str, list[tuple[Any, ...]]]:
    told = [
        ("a1", "fed", "Fed minutes: most members see room for one more cut", True, None, 2),
        ("a2", "rss", EVIL, False, "off_topic", None),
        ("a3", "gdelt", "Same story, other paper", False, "duplicate", None),
        ("a4", "rss", "An undated note", False, "off_topic", None),
    ]
    return {
        "articles (account, article_id, source, url, title, summary, published_at, observed_at, kept, reason)": [
            (sample.ACCOUNT, key, source, f"https://example.org/{key}", title, "s",
             None if hours is None else now - timedelta(hours=hours), now - timedelta(minutes=20), kept, reason)
            for key, source, title, kept, reason, hours in told
        ],
        "article_markets (account, article_id, ticker, relevance, observed_at)": [
            (sample.ACCOUNT, "a1", FED, 0.71, now), (sample.ACCOUNT, "a1", RAIN, 0.4, now),
        ],
    }  # fmt: skip
