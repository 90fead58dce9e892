"""Check the rows of the last hour against what the desk expects of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from kalshi_desk.batch.assets import ARTICLES, ESTIMATES, MARKETS, QUALITY
from kalshi_desk.batch.schedule import period

PERIOD = period(3600)
RUNBOOK = """
### What it does
Every hour of event time Great Expectations checks six suites over the rows of that hour: markets, snapshots, articles,
estimates, fills and spot trades. Each verdict is a row of `quality_checks`. A critical expectation that fails raises an
alert and holds back, until a later check passes, the estimation and the signals that need those rows and (unless it is
about spot trades) every entry of the forecast desk; a warning holds nothing back. The newest interval's Data Docs are
in `data-docs/index.html` of the state folder, and on the desk page under `/data-docs/`.

### Healthy looks like
Green within half a minute, most of which is the library's import; every critical row of the newest interval passed.

### If red
`verdict` names each critical expectation that failed; the row's `observed` and Data Docs show some of the rows.
Mend what wrote them (the suite's table tells which DAG or stream app), then run this DAG by hand: once the newest check
passes, what was held back goes on by itself. `check` red: a table could not be read.

### Rerun
Clear any run: the rows as it read them first are checked again; what was mended since, a new run sees.
Backfill: `make airflow DO="backfill create --dag-id data_quality --from-date 2026-11-18 --to-date 2026-11-21"`.
"""


@dag(
    schedule=PERIOD,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "desk", "retries": 2, "retry_delay": timedelta(seconds=10)},
    tags=["quality"],
    doc_md=RUNBOOK,
)
def data_quality() -> None:
    """Check, then say so."""

    @task(inlets=[MARKETS, ARTICLES, ESTIMATES], outlets=[QUALITY])
    def check(dag_run: Any = None) -> dict[str, int]:
        from kalshi_desk.batch.quality import check

        return check(dag_run.run_after, PERIOD)

    @task(retries=0)
    def verdict(dag_run: Any = None) -> None:
        from kalshi_desk.batch.quality import verdict

        verdict(dag_run.run_after, PERIOD)

    check() >> verdict()


data_quality()
