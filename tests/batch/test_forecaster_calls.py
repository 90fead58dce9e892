from contextlib import closing
from decimal import Decimal

import msgspec
import pytest

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.batch.forecaster_calls import Call, CallLedger, Known
from kalshi_desk.domain.risk import Breach
from kalshi_desk.domain.spend import Budget, Usage
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.wire.forecast_answer import Fault, answered, unanswered
from tests.batch.estimated import NOW, execute
from tests.forecasts import TICKER, prompt
from tests.models import answer
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
BUDGET = Budget(Cash.parse("1.00"), Cash.parse("0.20"))
WORST = Cash.parse("0.05")
DAY = 86_400 * 10**9


def call(number: int = 0, **changes) -> Call:
    fields = {
        "estimate_id": "e1", "ticker": TICKER, "stage": "full", "vendor": "gpt", "model": "gpt-6-luna",
        "evidence_set": 1, "sample": number, "prompt": prompt(),
    }  # fmt: skip
    return Call(**fields | changes)


@pytest.fixture
def db(database):
    with closing(connect(database, "test", autocommit=True)) as connection:
        yield connection


def ledger(db, now: Nanos = NOW, budget: Budget = BUDGET, account: str = ACCOUNT) -> CallLedger:
    return CallLedger(db, account, now=now, budget=budget)


def got(p: float, cost: str = "0.001"):
    return answered(answer(p), usage=Usage(input=900, output=80, read=100), cost=Cash.parse(cost))


def rows(database: str) -> list[tuple]:
    return execute(
        database,
        "select sample, p_yes, fault, cached, input_tokens, cost_dollars from forecaster_calls order by sample",
    )


def test_a_call_is_reserved_at_its_worst_and_booked_at_its_cost(db, database):
    calls = ledger(db)
    assert calls.begin(call(), WORST) is None
    assert rows(database) == [(0, None, "unfinished", False, 0, Decimal("0.050000"))]
    calls.finish(call(), got(0.4), reserved=WORST)
    assert rows(database) == [(0, 0.4, None, False, 1000, Decimal("0.001000"))]


def test_the_same_call_of_a_rerun_is_read_and_changes_nothing(db, database):
    calls = ledger(db)
    calls.begin(call(), WORST)
    calls.finish(call(), got(0.4), reserved=WORST)
    before = execute(database, "select * from forecaster_calls")
    assert ledger(db).begin(call(), WORST) == Known(0.4)
    assert execute(database, "select * from forecaster_calls") == before


def test_a_later_run_with_the_same_prompt_reuses_the_answer_for_nothing(db, database):
    first = ledger(db)
    first.begin(call(), WORST)
    first.finish(call(), got(0.4), reserved=WORST)
    later = ledger(db, Nanos(NOW + DAY // 2))
    assert later.begin(call(estimate_id="e2"), WORST) == Known(0.4)
    assert execute(database, "select cached, cost_dollars from forecaster_calls where estimate_id = 'e2'") == [
        (True, Decimal(0))
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"sample": 1},
        {"model": "gpt-5"},
        {"vendor": "claude"},
        {"evidence_set": 2},
        {"prompt": msgspec.structs.replace(prompt(), text="other")},
    ],
)
def test_another_prompt_model_sample_or_set_is_another_call(db, other):
    calls = ledger(db)
    calls.begin(call(), WORST)
    calls.finish(call(), got(0.4), reserved=WORST)
    assert ledger(db, Nanos(NOW + 1000)).begin(call(**{"estimate_id": "e2"} | other), WORST) is None


def test_answers_of_another_account_or_of_the_future_are_not_read(db):
    calls = ledger(db)
    calls.begin(call(), WORST)
    calls.finish(call(), got(0.4), reserved=WORST)
    assert ledger(db, account="sim:synthetic:8").begin(call(estimate_id="e2"), WORST) is None
    assert ledger(db, Nanos(NOW - DAY)).begin(call(estimate_id="e3"), WORST) is None


def test_a_paid_answer_that_is_none_is_not_paid_twice(db):
    calls = ledger(db)
    calls.begin(call(), WORST)
    calls.finish(call(), answered("No.", usage=Usage(input=1, output=1), cost=Cash(3)), reserved=WORST)
    assert calls.begin(call(), WORST) == Known(None)
    assert ledger(db, Nanos(NOW + 1000)).begin(call(estimate_id="e2"), WORST) == Known(None)


def test_what_nobody_answered_is_asked_again_and_keeps_what_it_may_have_cost(db, database):
    calls = ledger(db)
    calls.begin(call(), WORST)
    calls.finish(call(), unanswered(Fault.TIMEOUT, WORST), reserved=WORST)
    assert calls.begin(call(), WORST) is None
    calls.finish(call(), got(0.4), reserved=WORST)
    assert rows(database) == [(0, 0.4, None, False, 1000, Decimal("0.051000"))]


def test_a_call_cut_short_keeps_its_reserve(db, database):
    ledger(db).begin(call(), WORST)
    assert ledger(db).begin(call(), WORST) is None
    ledger(db).finish(call(), got(0.4), reserved=WORST)
    assert rows(database)[0][-1] == Decimal("0.051000")


def test_at_the_markets_cap_no_call_starts(db, database):
    calls = ledger(db)
    assert [calls.begin(call(number), WORST) for number in range(4)] == [None] * 4
    refused = calls.begin(call(4), Cash(1))
    assert refused == Breach("llm_market_budget", "0.200001", "0.200000")
    assert len(rows(database)) == 4
    assert calls.begin(call(0, ticker="KXOTHER", estimate_id="e9"), WORST) is None


def test_at_the_days_cap_no_call_starts_until_the_next_day_of_event_time(db):
    calls = ledger(db, budget=Budget(Cash.parse("0.10"), Cash.parse("0.20")))
    assert [calls.begin(call(number), WORST) for number in range(2)] == [None] * 2
    refused = calls.begin(call(0, ticker="KXOTHER", estimate_id="e9"), Cash(1))
    assert isinstance(refused, Breach)
    assert refused.reason == "llm_daily_budget"
    tomorrow = ledger(db, Nanos(NOW + DAY), Budget(Cash.parse("0.10"), Cash.parse("0.20")))
    assert tomorrow.begin(call(5, estimate_id="e10"), WORST) is None


def test_the_whole_prompt_is_kept(db, database):
    ledger(db).begin(call(), WORST)
    assert execute(database, "select prompt, prompt_hash from forecaster_calls") == [(prompt().whole, prompt().hash)]
