"""Runs of the estimation on real tables and a real broker, with a model on this machine behind the real clients."""

import json
from datetime import timedelta

import pytest

from kalshi_desk.batch import estimation
from kalshi_desk.batch.estimates import publish_estimates
from kalshi_desk.wiring import forecasters
from tests.batch.estimated import RUN_AFTER, WINDOW, at, execute, listed, open_account, quote, watch
from tests.batch.reruns import records
from tests.models import serving, view
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
HIGH = "KXHIGH-26DEC01"
LATER = RUN_AFTER + timedelta(hours=1)


@pytest.fixture
def desk(paper_desk, broker, monkeypatch):
    open_account(paper_desk)
    monkeypatch.setenv("KAFKA_BOOTSTRAP", broker.bootstrap)
    with serving() as model:
        monkeypatch.setattr(forecasters, "base_url", lambda _, vendor: model.url + forecasters.PAPER[vendor])
        yield model


def far_from(ticker: str) -> dict[str, str]:
    """Return a book whose mid is far from what the model believes."""
    return {"bid": "0.10", "ask": "0.12"} if view(ticker) > 0.5 else {"bid": "0.88", "ask": "0.90"}


def near(ticker: str) -> dict[str, str]:
    return {"bid": f"{view(ticker) - 0.01:.4f}", "ask": f"{view(ticker) + 0.01:.4f}"}


def whole_run(run_after=RUN_AFTER) -> tuple[list[int], int]:
    batches, _ = estimation.choose_markets(run_after, WINDOW)
    asked = [estimation.ask_batch(run_after, WINDOW, batch) for batch in batches]
    return batches, publish_estimates(run_after, WINDOW, asked)


def left_out(database: str) -> list[dict]:
    rows = execute(database, "select body from pages where dag_id = %s and page < 0 order by page desc", estimation.DAG)
    return [each for (body,) in rows for each in body]


def tables(database: str) -> dict[str, list[tuple]]:
    order = {"estimates": "estimate_id", "forecaster_calls": "call_id", "pages": "page"}
    return {name: execute(database, f"select * from {name} order by {key}") for name, key in order.items()}


def test_markets_are_chosen_in_batches_by_rank(desk, database):
    for number in range(25):
        watch(database, listed(f"KXMANY{number}-1"), ranked=False)
        execute(
            database, "insert into watchlist values (%s, %s, %s, 'forecast', %s, null, %s)",
            ACCOUNT, at(-5), f"KXMANY{number}-1", 24 - number, at(-5),
        )  # fmt: skip
    assert estimation.choose_markets(RUN_AFTER, WINDOW)[0] == [0, 1]
    pages = execute(
        database, "select page, jsonb_array_length(body), body->0->'asked'->>'ticker' from pages order by page"
    )
    assert pages == [(-1, 0, None), (0, 20, "KXMANY24-1"), (1, 5, "KXMANY4-1")]


def test_a_run_estimates_what_differs_and_tells_of_the_rest(desk, database):
    watch(database, listed(HIGH), **far_from(HIGH))
    watch(database, listed("KXNEAR-1"), **near("KXNEAR-1"))
    watch(database, listed("KXWIDE-1"), bid="0.20", ask="0.50")
    watch(database, listed("KXEMPTY-1"), bid="0.20", ask=None)
    assert whole_run() == ([0], 1)
    assert execute(database, "select ticker from estimates") == [(HIGH,)]
    reasons = {each["ticker"]: each["reason"] for each in left_out(database)}
    assert reasons == {"KXNEAR-1": "screened", "KXWIDE-1": "spread", "KXEMPTY-1": "no_price"}


def test_the_same_run_again_asks_nobody_and_changes_no_row(desk, database, broker):
    watch(database, listed(HIGH), **far_from(HIGH))
    watch(database, listed("KXNEAR-1"), **near("KXNEAR-1"))
    whole_run()
    before, sent = tables(database), len(desk.bodies)
    quote(database, HIGH, bid="0.50", ask="0.52", minutes=-1)
    watch(database, listed("KXLATE-1"), **far_from("KXLATE-1"))
    published = records(broker)
    assert whole_run() == ([0], 0)
    assert tables(database) == before
    assert (len(desk.bodies), records(broker)) == (sent, published)


def test_a_run_soon_after_chooses_nothing_until_something_happens(desk, database):
    watch(database, listed(HIGH), **far_from(HIGH))
    whole_run()
    quote(database, HIGH, **far_from(HIGH), minutes=55)
    assert estimation.choose_markets(LATER, WINDOW) == ([], "no market needs an estimate")
    quote(database, HIGH, bid="0.50", ask="0.52", minutes=58)
    assert estimation.choose_markets(LATER, WINDOW)[0] == []  # the same run has seen nothing of that
    assert estimation.choose_markets(LATER + timedelta(minutes=5), WINDOW)[0] == [0]


def test_failed_critical_checks_forbid_estimation(desk, database):
    watch(database, listed(HIGH), **far_from(HIGH))
    check = "insert into quality_checks values (%s, 'markets', 'close_after_open', true, %s, '{}', %s, %s)"
    execute(database, check, ACCOUNT, False, at(-60), at(-60))
    assert estimation.choose_markets(RUN_AFTER, WINDOW) == ([], "blocked by data quality: markets: close_after_open")
    execute(database, check, ACCOUNT, True, at(-10), at(-10))
    assert estimation.choose_markets(RUN_AFTER, WINDOW)[0] == [0]


def test_without_any_key_nobody_is_asked(desk, database, monkeypatch):
    for name, value in {"DESK_MODE": "demo", "KALSHI_KEY_ID": "k", "KALSHI_PRIVATE_KEY_PATH": "k.pem"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(estimation.addresses, "account", lambda _: ACCOUNT)
    monkeypatch.setattr("kalshi_desk.batch.desk.addresses.account", lambda _: ACCOUNT)
    assert estimation.choose_markets(RUN_AFTER, WINDOW) == ([], "no vendor has a key")


def test_at_the_cap_the_reason_is_the_budget_and_stays_so_when_the_run_is_repeated(desk, database, monkeypatch):
    monkeypatch.setenv("LLM_DAILY_BUDGET", "0.001")
    watch(database, listed(HIGH), **far_from(HIGH))
    assert estimation.choose_markets(RUN_AFTER, WINDOW)[0] == [0]
    asked = estimation.ask_batch(RUN_AFTER, WINDOW, 0)
    assert asked == {HIGH: "llm_daily_budget"}
    assert publish_estimates(RUN_AFTER, WINDOW, [asked]) == 0
    assert left_out(database) == [{"ticker": HIGH, "reason": "llm_daily_budget", "value": None}]
    monkeypatch.setenv("LLM_DAILY_BUDGET", "1")
    again = estimation.ask_batch(RUN_AFTER, WINDOW, 0)
    assert publish_estimates(RUN_AFTER, WINDOW, [again]) == 0
    assert left_out(database) == [{"ticker": HIGH, "reason": "llm_daily_budget", "value": None}]
    assert desk.bodies == []


def test_both_vendors_down_is_a_reason_and_a_rerun_mends_it(desk, database):
    watch(database, listed(HIGH), **far_from(HIGH))
    desk.down = {"gpt", "claude"}
    assert whole_run() == ([0], 0)
    (told,) = left_out(database)
    assert (told["reason"], told["value"]) == ("no_answer", "claude: vendor_down; gpt: vendor_down")
    desk.down = set()
    assert whole_run() == ([0], 1)
    assert left_out(database) == []


def test_the_questions_are_kept_with_the_book_outside_of_what_is_asked(desk, database):
    watch(database, listed(HIGH), **far_from(HIGH))
    whole_run()
    ((body,),) = execute(database, "select body from pages where page = 0")
    assert set(body[0]) == {"asked", "evidence", "bid", "ask", "reason"}
    sent = json.dumps(desk.bodies)
    assert not [price for price in (body[0]["bid"], body[0]["ask"]) if price in sent or price.rstrip("0") in sent]
