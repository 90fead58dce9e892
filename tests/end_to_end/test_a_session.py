"""What the README promises, on one embedded desk at five times the speed: the tests build on each other, in order."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import sync_playwright

from kalshi_desk.adapters.postgres.clock_epochs import load_epochs
from kalshi_desk.batch.desk import LAG_S, WRITTEN_S
from kalshi_desk.domain.funnel import STEPS
from kalshi_desk.domain.units import Nanos
from kalshi_desk.embedded.place import MARKER
from kalshi_desk.steps.window import window_of
from kalshi_desk.wiring import addresses
from tests.end_to_end.airflow import Airflow
from tests.end_to_end.desk import Desk, a_desk, until
from tests.end_to_end.ledger import decisions_sent_twice, differences

pytestmark = pytest.mark.embedded

TABLES = (
    "spot_trades", "books", "fair_values", "signals", "refusals", "orders", "order_events", "fills", "settlements",
)  # fmt: skip
STREAM_APPS = ("exchange_feeds", "kalshi_feed", "crypto_signals", "order_execution", "portfolio", "recorder")
KILLED = (*STREAM_APPS, "kafka", "postgres")
SETTLES_WITHIN_S = 400
ROWS = {
    "market_discovery": """
        select w::text from watchlist w where observed_at = %s
        union all select s::text from market_snapshots s where observed_at = %s
        union all select p.page::text || md5(p.body::text) from pages p where observed_at = %s""",
    "settlement_scoring": "select s::text from scores s where observed_at = %s",
    "daily_report": "select r::text from daily_reports r where observed_at = %s",
}


@pytest.fixture(scope="module")
def desk():
    with a_desk(SPEED="5", SEED="7", WATCHLIST_SIZE="40") as desk:
        yield desk


def empty_tables(desk: Desk) -> list[str]:
    return [table for table in TABLES if not desk.count(table)]


def test_every_part_is_healthy_and_shown_by_make_status(desk):
    until(lambda: not desk.faults(), within_s=30, what=desk.faults)
    shown = desk.make("status")
    assert all(name in shown for name in (*KILLED, "desk_page", "venue", "scheduler"))


def test_within_minutes_every_table_of_the_flow_has_rows(desk):
    took = until(lambda: not empty_tables(desk), within_s=300, every_s=3, what=lambda: empty_tables(desk))
    print(f"rows in every table of the flow {took:.0f} s after healthy")


def test_a_live_run_replayed_from_its_export_gives_the_same_bytes(desk, tmp_path):
    inputs = tmp_path / "inputs.jsonl"
    with desk.quiet():
        time.sleep(3)
        desk.catch_up(within_s=20)
        desk.cli("topics", "export", str(inputs), "--topic", "crypto.inputs.v1")
        live = sorted(exported(desk, tmp_path, "crypto.fair_values.v1") + exported(desk, tmp_path, "signals.v1"))
    replayed = sorted(desk.cli("replay", "--topics", str(inputs), timeout_s=300).splitlines())
    assert live
    assert [line for line in replayed if kind(line) in ("fair_value", "signal")] == live


def exported(desk: Desk, folder, topic: str) -> list[str]:
    """The values that crypto_signals wrote to a topic, as they stand there: no exits, nothing of the forecast desk."""
    path = folder / topic
    desk.cli("topics", "export", str(path), "--topic", topic)
    lines = [line.partition('"value":')[2].removesuffix("}") for line in path.read_text().splitlines()]
    return [line for line in lines if _crypto_entry(json.loads(line))]


def _crypto_entry(value: dict[str, str]) -> bool:
    return (value.get("desk", "crypto"), value.get("action", "enter")) == ("crypto", "enter")


def kind(line: str) -> str:
    return str(json.loads(line)["kind"])


def test_the_forecast_desk_finds_reads_estimates_and_orders_by_itself(desk):
    took = until(lambda: forecast_orders(desk), within_s=600, every_s=3, what=lambda: told_of_forecasts(desk))
    print(f"a forecast order through the gate {took:.0f} s after the tests before")


def forecast_orders(desk: Desk) -> int:
    return desk.count("orders where desk = 'forecast' and venue_order_id is not null")


def told_of_forecasts(desk: Desk) -> dict[str, int]:
    wanted = ("watchlist", "articles", "forecaster_calls", "estimates", "signals where desk = 'forecast'")
    return {name: desk.count(name) for name in wanted}


@pytest.mark.parametrize("dag", tuple(ROWS))
def test_a_dag_runs_green_and_its_rerun_changes_no_row_of_its_interval(desk, dag):
    airflow = Airflow(desk)
    run, end = run_with_rows(desk, airflow, dag)
    before = rows(desk, dag, end)
    airflow.clear(dag, run)
    time.sleep(1)
    green(airflow, dag, run)
    assert rows(desk, dag, end) == before


def run_with_rows(desk: Desk, airflow: Airflow, dag: str):
    """Start runs until one, of these or of the schedule's, had something to write; return it and when it decided."""
    found: list[tuple[str, datetime]] = []

    def written() -> bool:
        green(airflow, dag, airflow.trigger(dag))
        ends = {run: decided(desk, airflow, dag, run) for run, state in airflow.runs(dag).items() if state == "success"}
        found[:] = [(run, end) for run, end in ends.items() if rows(desk, dag, end)]
        return bool(found)

    until(written, within_s=SETTLES_WITHIN_S, every_s=45, what=lambda: f"no run of {dag} wrote a row")
    return found[0]


def decided(desk: Desk, airflow: Airflow, dag: str, run: str) -> datetime:
    """The instant that a run went by, on the event clock."""
    return window_end(desk, airflow.run_after(dag, run), lag_s=WRITTEN_S if dag == "daily_report" else LAG_S)


def green(airflow: Airflow, dag: str, run: str, within_s: float = 600) -> float:
    """Wait until a run has succeeded; return the seconds it took."""

    def state() -> str:
        found = airflow.runs(dag)[run]
        assert found != "failed"
        return found

    return until(lambda: state() == "success", within_s=within_s, what=state)


def test_a_scheduler_killed_in_the_middle_of_a_run_finishes_it(desk):
    airflow = Airflow(desk)
    run = airflow.trigger("market_discovery")
    until(lambda: airflow.runs("market_discovery")[run] == "running", within_s=60, every_s=0.2)
    desk.kill("airflow-scheduler")
    took = green(airflow, "market_discovery", run)
    print(f"kill -9 of the scheduler: its run succeeded {took:.0f} s later")


def window_end(desk: Desk, run_after: str, *, lag_s: float) -> datetime:
    """The decision time of a run, on the event clock."""
    segments = load_epochs(addresses.database_url(desk.place.settings), addresses.account(desk.place.settings))
    return window_of(Nanos.parse(run_after), period_s=30, lag_s=lag_s, segments=segments).end.datetime()


def rows(desk: Desk, dag: str, end: datetime) -> list[str]:
    """The rows that a DAG wrote for its run that decided at ``end``."""
    return sorted(row for (row,) in desk.sql(ROWS[dag], *[end] * ROWS[dag].count("%s")) if row)


def test_the_page_shows_what_the_desk_does(desk):
    """Money, positions or settlements, signals, orders and fills as a person sees them, in a real browser."""
    folder = Path(os.environ.get("SCREENSHOTS_DIR", desk.home))
    with browser_page(desk.url(0)) as page:
        page.screenshot(path=folder / "desk-page.png", full_page=True)
        shown = page.inner_text("body")
    assert addresses.account(desk.place.settings) in shown
    for part in ("Money", "Limits", "Positions", "Equity", "Open markets", "Signals", "Refusals", "Orders", "Fills"):
        assert part in shown, part
    assert re.search(r"(BTC|ETH) (at or )?above \$[\d,.]+", shown)
    assert re.search(r"enter (YES|NO), (taker|maker)", shown)


@contextmanager
def browser_page(url: str):
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        page = chromium.new_page(viewport={"width": 1200, "height": 900})
        page.goto(url)
        page.wait_for_timeout(3_000)
        yield page
        chromium.close()


def test_why_and_the_funnel_add_up(desk):
    ((ticker,),) = desk.sql("select ticker from refusals group by 1 order by count(*) desc limit 1")
    assert ticker in desk.cli("why", ticker)
    found = json.loads(desk.cli("why", ticker, "--json"))
    counts = [found["funnel"][step] for step in STEPS]
    assert counts == sorted(counts, reverse=True)
    refused = {one["stage"]: 0 for one in found["refusals"]}
    for one in found["refusals"]:
        refused[one["stage"]] += one["count"]
    assert counts[0] - counts[1] == refused.get("price", 0)
    assert counts[1] - counts[2] == refused.get("edge", 0)


@pytest.mark.parametrize("part", KILLED)
def test_after_kill_9_it_is_healthy_again_by_itself(desk, part):
    took = until(desk.kill(part), within_s=45, every_s=0.5, what=desk.faults)
    print(f"kill -9 {part}: healthy after {took:.1f} s")


def test_after_all_kills_ledger_and_venue_agree_on_every_order_fill_and_cent(desk):
    fills = desk.count("fills")
    until(lambda: desk.count("fills") > fills, within_s=400, what=lambda: "no fill after the kills")
    with desk.quiet():
        took = desk.catch_up(within_s=10)
        print(f"committed offsets at the end after {took:.1f} s")
        until(lambda: not differences(desk), within_s=70, every_s=2, what=lambda: differences(desk)[:5])
        assert decisions_sent_twice(desk) == []


def test_pause_and_halt_stop_orders_until_a_person_resumes(desk):
    desk.cli("halt", "--reason", "test")
    time.sleep(3)
    before = desk.count("orders")
    time.sleep(15)
    assert desk.count("orders") == before
    desk.cli("resume", "--reason", "test over")


def test_the_ledger_goes_on_after_down_and_up(desk):
    desk.make("down")
    marked = [p.pid for p in psutil.process_iter() if _marker(p) == str(desk.home)]
    assert marked == []
    listening = {c.laddr.port for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN}
    assert listening.isdisjoint(range(desk.base, desk.base + 20))
    desk.make("up")
    fills = desk.count("fills")
    assert fills > 0
    until(lambda: desk.count("fills") > fills, within_s=400, what=lambda: "no fill after the second start")


def _marker(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARKER)
    except psutil.Error:
        return None
