"""Turn estimates into signals for the gate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from kalshi_desk.batch.assets import ESTIMATES, SIGNALS

WINDOW = timedelta(minutes=5)
RUNBOOK = """
### What it does
When there are new estimates it looks at every watched forecast market with an estimate of the last 24 hours: newest
quote, edge after fees and doubt, data checks, and correlation with what is held or rests. Each market gets one answer:
a signal on `signals.v1`, which the gate judges, or a refusal on `refusals.v1` that says why not.

### Healthy looks like
Green with a few signals, or skipped because no market had edge enough; `kalshi-desk why TICKER` tells of each market.

### If red
Kafka or Postgres is away: `make status`. Every market refused `quality_failed`: a critical check failed, see the
`data_quality` runs and Data Docs. `stale_quote` everywhere: `market_discovery` stands still.

### Rerun
Clear any run: what it decided first is kept; it publishes only what its first try did not, and the gate refuses a
decision that it has seen.
"""


@dag(
    schedule=[ESTIMATES],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "desk", "priority_weight": 10, "retries": 2, "retry_delay": timedelta(seconds=10)},
    tags=["forecasts", "signals"],
    doc_md=RUNBOOK,
)
def forecast_signals() -> None:
    """Judge every estimated market."""

    @task(outlets=[SIGNALS])
    def tell(dag_run: Any = None) -> int:
        from airflow.sdk.exceptions import AirflowSkipException

        from kalshi_desk.batch.signals import tell_signals

        told = tell_signals(dag_run.run_after, WINDOW)
        if not told.signals:
            raise AirflowSkipException(f"no market had edge enough; {told.refusals} say why not")
        return told.signals

    tell()


forecast_signals()
