from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.batch.desk import WRITTEN_S, run_of
from kalshi_desk.batch.quality import blocked, check, verdict
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.quality import SUITES
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import QualityError
from tests.batch.alerts import alerts
from tests.batch.reruns import everything, records
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
HOUR = timedelta(hours=1)
RUN_AFTER = datetime(2026, 11, 21, 13, 2, 0, tzinfo=UTC)
DAY = "2026-11-21"
GOOD = f"""
select ensure_day('{DAY}');
insert into series values ('S', 's', 'Politics', 'daily', 'quadratic', 1, '{{}}', '{DAY} 12:00Z');
insert into markets (ticker, event_ticker, series_ticker, title, category, status, open_at, close_at, definition,
    first_observed_at, observed_at)
select 'T' || n, 'E' || n, 'S', 'Will it rain on day ' || n || '?', 'Politics', 'active', '{DAY}', '2026-11-30', '{{}}',
    '{DAY} 12:00Z', '{DAY} 12:00Z' from generate_series(1, 20) n;
insert into market_snapshots
select 'T' || n, 0.40, 5, 0.44, 5, 100, 50, '{DAY} 12:00Z', '{DAY} 12:30Z' from generate_series(1, 20) n;
insert into spot_trades
select 0, n, 'BTC', (array['kraken', 'coinbase', 'gemini'])[n % 3 + 1], n, 90000 + n, 0.1, '{DAY} 12:30Z',
    '{DAY} 12:30:01Z' from generate_series(1, 30) n;
insert into estimates
select 'e' || n, '{ACCOUNT}', 'T' || n, 'Politics', '{{}}', 0.5, 0.05, 0.5, 0.45, 0.04, 0.42, 0.3, 0.5, true, '{{}}',
    '{DAY} 12:31Z', '{DAY} 12:31Z', 0.45 from generate_series(1, 20) n;
insert into articles values ('{ACCOUNT}', 'a', 'rss', 'http://x/a', 'Rain', 'It rains.', '{DAY} 11:00Z', '{DAY} 12:15Z',
    true, null);
"""
CROSSED = "update market_snapshots set ask_dollars = 0.39 where ticker = 'T7'"


@pytest.fixture
def desk(paper_desk, broker, monkeypatch, tmp_path):
    monkeypatch.setenv("KAFKA_BOOTSTRAP", broker.bootstrap)
    monkeypatch.setenv("DESK_HOME", str(tmp_path / "desk"))
    start = Nanos.parse(f"{DAY}T00:00:00Z")
    store_epochs(
        paper_desk, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[ClockSegment(start, start, 1.0)]
    )
    execute(paper_desk, GOOD)
    return paper_desk


def execute(database, statement):
    with closing(connect(database, "test")) as db, db, db.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def stored(database):
    return execute(database, "select * from quality_checks order by suite, expectation, interval_start")


def why(suites=("snapshots",), run_after=RUN_AFTER):
    with run_of(run_after, HOUR) as run:
        return blocked(run, suites)


def test_good_rows_pass_and_a_rerun_changes_no_row(desk, tmp_path):
    assert check(RUN_AFTER, HOUR) == {"checks": sum(map(len, SUITES.values())), "warnings": 0, "critical": 0}
    verdict(RUN_AFTER, HOUR)
    first = stored(desk)
    rows = {suite: observed["rows"] for _, suite, _, _, _, observed, _, _ in first}
    assert rows == {"markets": 20, "snapshots": 20, "articles": 1, "estimates": 20, "fills": 0, "spot_trades": 3}
    check(RUN_AFTER, HOUR)
    assert stored(desk) == first
    assert "snapshots" in (tmp_path / "desk" / "data-docs" / "index.html").read_text()
    assert why() == []


def test_a_crossed_book_blocks_what_needs_snapshots_until_it_is_mended(desk):
    execute(desk, CROSSED)
    assert check(RUN_AFTER, HOUR)["critical"] == 1
    with pytest.raises(QualityError, match="snapshots: an ask is not below its bid"):
        verdict(RUN_AFTER, HOUR)
    assert why() == ["snapshots: an ask is not below its bid"]
    assert why(("articles", "fills")) == []
    (observed,) = execute(desk, "select observed from quality_checks where not passed and critical")[0]
    assert observed == {"rows": 20, "unexpected": 1, "examples": ["T7: ask 0.39, bid 0.4"]}
    execute(desk, "update market_snapshots set ask_dollars = 0.44")
    later = RUN_AFTER + timedelta(minutes=10)
    check(later, HOUR)
    assert why() == ["snapshots: an ask is not below its bid"]
    assert why(run_after=later) == []


def test_a_rerun_checks_the_rows_that_it_saw_first(desk, broker):
    check(RUN_AFTER, HOUR)
    execute(desk, CROSSED)
    row = "account, ticker, category, p_vendors, 1.5, 0.05, 1.5, 1.5, 0.04, 0.4, 0.3, 0.5, true, '{}', occurred_at"
    execute(desk, f"insert into estimates select 'late', {row}, observed_at, 1.5 from estimates limit 1")
    before, sent = everything(desk), records(broker)
    assert check(RUN_AFTER, HOUR)["critical"] == 0
    assert everything(desk) == before
    assert records(broker) == sent


async def test_only_a_new_failure_alerts(desk, broker):
    before = await alerts(broker)
    execute(desk, CROSSED)
    check(RUN_AFTER, HOUR)
    check(RUN_AFTER, HOUR)
    (alert,) = (await alerts(broker))[len(before) :]
    assert (alert.severity, alert.subject) == ("critical", "snapshots failed a check")
    assert "T7: ask 0.39, bid 0.4" in alert.text
    assert alert.at == Nanos.of(RUN_AFTER - timedelta(seconds=WRITTEN_S))


def test_a_check_of_the_future_is_not_known_yet(desk):
    execute(desk, CROSSED)
    execute(
        desk,
        f"insert into quality_checks values ('{ACCOUNT}', 'snapshots', 'x', true, false, '{{}}', '{DAY} 14:00Z',"
        f" '{DAY} 15:00Z')",
    )
    assert why() == []
    assert why(run_after=RUN_AFTER + 3 * HOUR) == ["snapshots: x"]


def test_a_run_of_an_old_interval_leaves_the_newest_docs_and_alerts_nobody(desk, broker, tmp_path):
    check(RUN_AFTER, HOUR)
    docs = tmp_path / "desk" / "data-docs" / "index.html"
    newest, sent = docs.stat().st_mtime_ns, records(broker)
    execute(desk, f"insert into market_snapshots values ('T7', 0.5, 5, 0.4, 5, 9, 9, '{DAY} 11:00Z', '{DAY} 11:30Z')")
    assert check(RUN_AFTER - HOUR, HOUR)["critical"] == 1
    assert docs.stat().st_mtime_ns == newest
    assert records(broker) == sent
