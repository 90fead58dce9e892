"""The report's and the scores' queries on real tables."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import WRITTEN_S, Run
from kalshi_desk.batch.reporting import gather, report_day, write_report
from kalshi_desk.domain.report_parts import ranked
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import DeskError
from kalshi_desk.settings import load_settings
from kalshi_desk.steps.window import Window
from tests.batch.reruns import everything

ACCOUNT = "sim:synthetic:7"
DAY = "2026-11-20"
DAY_LONG = timedelta(days=1)
ROWS = f"""
insert into accounts (account, mode, initial_bankroll_dollars, opened_at, chosen_at)
values ('{ACCOUNT}', 'paper', 50, '{DAY}', '{DAY}');
select ensure_day('{DAY}');
insert into markets (ticker, event_ticker, series_ticker, title, status, open_at, close_at, result, settled_at,
    definition, first_observed_at, observed_at)
values ('T', 'E', 'S', 't', 'finalized', '{DAY} 10:00Z', '{DAY} 10:15Z', 'yes', '{DAY} 10:15:05Z',
    '{{}}', '{DAY}', '{DAY}');
insert into fair_values
select 0, n, 'T', 'BTC', 0.5 + n / 100.0, 0.01, 90000, 90000, 0.5, 60, 0, 0.40, 0.44, 'index', '1',
    '{DAY} 10:00Z'::timestamptz + n * interval '1 minute' from generate_series(1, 14) n;
insert into settlements (account, ticker, result, value_dollars, count_contracts, cost_dollars, fees_dollars,
    revenue_dollars, pnl_dollars, occurred_at, observed_at)
values ('{ACCOUNT}', 'T', 'yes', 1, -2, 1.1, 0.02, 0, -1.12, '{DAY} 10:15:05Z', '{DAY} 10:15:06Z');
insert into equity values (0, 1, '{ACCOUNT}', 50, 0, 50, 50, 0, 0, 0, '{DAY} 09:00Z', 5),
    (0, 2, '{ACCOUNT}', 48.88, 0, 48.88, 50, -1.12, -1.12, 0.02, '{DAY} 10:16Z', 2);
insert into orders (client_order_id, account, decision_id, ticker, desk, strategy, outcome, book_side, action, style,
    price_dollars, count_contracts, remaining_contracts, state, risk_dollars, reduce_only, expires_at, seen, created_at,
    updated_at)
values ('o', '{ACCOUNT}', 'd', 'T', 'crypto', 's', 'no', 'ask', 'enter', 'take', 0.55, 2, 0, 'filled', 1.1, false,
    '{DAY} 10:05Z', '1', '{DAY} 10:04Z', '{DAY} 10:04Z');
insert into markets (ticker, event_ticker, series_ticker, title, status, open_at, close_at, definition,
    first_observed_at, observed_at)
select 'F' || n, 'E', 'S', 'Will it?', 'active', '{DAY}', '2026-11-21 06:00Z'::timestamptz + n * interval '12 hours',
    '{{}}', '{DAY}', '{DAY}' from generate_series(0, 3) n;
insert into watchlist select '{ACCOUNT}', '{DAY} 23:50Z', 'F' || n, 'forecast', n, null, '{DAY} 23:55Z'
from generate_series(0, 3) n;
insert into estimates values ('e', '{ACCOUNT}', 'F0', 'Politics', '{{}}', 0.6, 0.05, 0.6, 0.55, 0.04, 0.5, null,
    0.5, true,
    '{{}}', '{DAY} 11:00Z', '{DAY} 11:00Z', 0.55);
insert into estimate_scores values ('e', '{ACCOUNT}', 'F0', 'Politics', 'blended', 1, 1, 0.55, 0.2025, 0.598,
    '{DAY} 12:00Z'),
    ('e', '{ACCOUNT}', 'F0', 'Politics', 'gpt', 1, 0, 1, 1, 'Infinity', '{DAY} 12:00Z');
insert into forecaster_calls
select 'c' || n, '{ACCOUNT}', 'e', 'F0', 'full', 'openai', 'gpt-x', 1, n, 'h', 'p', 'a', 0.6,
    case n when 2 then 'prose' end,
    n = 3, 1000, 50, 0.01, case n when 0 then '2026-11-02Z'::timestamptz else '{DAY} 11:00Z' end, '{DAY} 11:00Z'
from generate_series(0, 3) n;
insert into alerts values (0, 1, 'batch', 'warning', 'late', 'x', '{DAY} 11:00Z'), (0, 2, 'batch', 'warning',
    'late', 'x',
    '{DAY} 12:00Z');
insert into quality_checks values ('{ACCOUNT}', 'fills', 'a fee', true, false, '{{}}', '{DAY} 11:00Z', '{DAY} 12:30Z');
insert into refusals values (0, 1, 'T', 'crypto', 'edge', 'no_edge', '0.01', '0.03', null, 40, null, '{DAY} 10:05Z');
"""


@pytest.fixture
def run(database, monkeypatch):
    monkeypatch.chdir("/")
    with closing(connect(database, "test")) as db:
        with db, db.cursor() as cursor:
            cursor.execute(ROWS)
        now = Nanos.parse("2026-11-21T00:00:00Z")
        yield Run(load_settings(), db, ACCOUNT, now, Window(Nanos.parse(f"{DAY}T10:00:00Z"), now))


def test_a_day_is_gathered_from_the_tables(run):
    report = gather(run, date(2026, 11, 20))
    assert report.money.realized == Decimal("-1.12")
    assert (report.money.equity_open, report.money.equity_close, report.money.lowest) == (
        50,
        Decimal("48.88"),
        Decimal("48.88"),
    )
    assert report.money.paid_in == -3
    assert report.activity.priced_markets == 1
    assert report.activity.settlements == 1
    assert report.refusals == [("no_edge", 40)]
    assert report.settled == [("T", "2.00 no", "yes", Decimal("-1.12"))]


def test_the_forecast_desks_day_is_gathered_too(run):
    report = gather(run, date(2026, 11, 20))
    crypto, forecast = report.desks
    assert (crypto.realized, crypto.orders, crypto.settlements, forecast.orders) == (Decimal("-1.12"), 1, 1, 0)
    assert report.estimates == 1
    assert [(s.forecaster, s.n) for s in ranked(report.forecasters)] == [("gpt", 1), ("blended", 1)]
    (model,) = report.models
    assert (model.calls, model.cached, model.faults, model.cost) == (3, 1, 1, Decimal("0.03"))
    costs = report.costs
    assert (costs.models_day, costs.models_month, costs.realized_month) == (
        Decimal("0.03"), Decimal("0.04"), Decimal("-1.12"),
    )  # fmt: skip
    assert [(row.kind, row.count) for row in report.incidents] == [("warning alert", 2), ("failed check", 1)]
    assert [(row.ticker, row.p_yes) for row in report.coming] == [("F0", 0.55), ("F1", None)]


def test_a_day_without_rows_has_unknown_equity(run):
    report = gather(run, date(2026, 11, 19))
    assert report.money.equity_close is None
    assert report.money.paid_in is None
    assert report.activity.fills == 0


def test_nothing_after_the_decision_time_is_known(run):
    early = Run(run.settings, run.connection, ACCOUNT, Nanos.parse(f"{DAY}T10:10:00Z"), run.window)
    report = gather(early, date(2026, 11, 20))
    assert (report.activity.settlements, report.until) == (0, f"{DAY}T10:10:00Z")


def test_a_day_that_has_not_begun_is_refused(run):
    with pytest.raises(DeskError, match="2026-11-22 has not begun"):
        gather(run, date(2026, 11, 22))


def test_a_run_at_midnight_reports_the_day_just_over(run):
    assert report_day(run) == date(2026, 11, 20)


def test_scores_use_the_last_fair_value_before_each_horizon(run):
    rows = list(queries("scoring").scorable(run.connection, account=ACCOUNT, start=at("10:00"), end=at("11:00")))
    assert [(minutes, outcome, round(p, 2)) for _, minutes, outcome, p, _ in rows] == [
        (1, 1, 0.64),
        (2, 1, 0.63),
        (5, 1, 0.60),
        (10, 1, 0.55),
    ]
    assert {mid for *_, mid in rows} == {0.42}


def test_a_market_settled_later_or_more_than_a_day_before_the_window_is_not_scored(run):
    for days, clock in ((-1, "11:00"), (1, "10:16")):
        span = {"start": at(clock) + timedelta(days=days), "end": at(clock) + timedelta(days=days, hours=1)}
        assert list(queries("scoring").scorable(run.connection, account=ACCOUNT, **span)) == []


LATE = f"""
insert into settlements (account, ticker, result, value_dollars, count_contracts, cost_dollars, fees_dollars,
    revenue_dollars, pnl_dollars, occurred_at, observed_at)
values ('{ACCOUNT}', 'F0', 'yes', 1, 1, 0.5, 0, 1, 0.5, '{DAY} 10:15:05Z', '{DAY} 23:59Z');
update estimate_scores set observed_at = '2026-11-21 01:00Z';
"""


def test_a_rerun_tells_the_day_as_it_was_told_first(paper_desk, tmp_path):
    execute(paper_desk, ROWS)
    midnight = datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=WRITTEN_S)
    page = Path(write_report(midnight, DAY_LONG, date=None))
    assert page == tmp_path / ".desk" / "reports" / "sim_synthetic_7" / f"{DAY}.html"
    execute(paper_desk, LATE)
    before, told = everything(paper_desk), page.read_text()
    assert write_report(midnight, DAY_LONG, date=None) == str(page)
    assert (everything(paper_desk), page.read_text()) == (before, told)


def test_a_rerun_of_a_run_in_the_middle_of_a_day_leaves_the_whole_days_report(paper_desk):
    execute(paper_desk, ROWS)
    midnight = datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=WRITTEN_S)
    noon = midnight - timedelta(hours=12)
    for run_after in (noon, midnight):
        page = Path(write_report(run_after, DAY_LONG, date=None))
    before, told = everything(paper_desk), page.read_text()
    with pytest.raises(AirflowSkipException, match=f"reported {DAY} already"):
        write_report(noon, DAY_LONG, date=None)
    assert (everything(paper_desk), page.read_text()) == (before, told)


def execute(database, statement):
    with closing(connect(database, "test")) as db, db, db.cursor() as cursor:
        cursor.execute(statement)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"{DAY}T{clock}:00").replace(tzinfo=UTC)
