"""What the DAGs make of each other's work: Airflow's assets, which draw the lineage and wake what depends on them.

Import this in DAG files only: it brings Airflow.
"""

from __future__ import annotations

from airflow.providers.common.messaging.triggers.msg_queue import MessageQueueTrigger
from airflow.sdk import Asset, AssetWatcher

MARKETS = Asset("desk_markets", uri="desk://tables/markets")
ARTICLES = Asset("desk_articles", uri="desk://tables/articles")
ESTIMATES = Asset("desk_estimates", uri="desk://tables/estimates")
CALIBRATIONS = Asset("desk_calibrations", uri="desk://tables/calibrations")
CORRELATIONS = Asset("desk_correlations", uri="desk://tables/correlations")
SIGNALS = Asset("desk_signals", uri="desk://topics/signals.v1")
SCORES = Asset("desk_scores", uri="desk://tables/estimate_scores")
QUALITY = Asset("desk_quality", uri="desk://tables/quality_checks")
REPORTS = Asset("desk_reports", uri="desk://tables/daily_reports")

REQUESTS = Asset(
    "desk_estimate_requests",
    uri="desk://topics/estimate_requests.v1",
    watchers=[
        AssetWatcher(
            name="estimate_requests",
            trigger=MessageQueueTrigger(
                scheme="kafka",
                topics=["estimate_requests.v1"],
                apply_function="kalshi_desk.batch.requests.wish",
            ),
        )
    ],
)
