"""A batch asked through the vendors' own clients, of a model on this machine, with a ledger on real tables."""

from contextlib import asynccontextmanager, closing

import msgspec
import pytest

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.batch.asking import AT_ONCE, Inquiry, ask_all
from kalshi_desk.batch.forecaster_calls import CallLedger
from kalshi_desk.domain.spend import Budget
from kalshi_desk.domain.units import Cash, Price
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring import forecasters
from tests.batch.estimated import NOW, execute
from tests.forecasts import TICKER, asked, due
from tests.models import running, view
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
RICH = Budget(Cash.parse("100"), Cash.parse("10"))


@pytest.fixture
async def model(monkeypatch):
    async with running() as served:
        monkeypatch.setattr(forecasters, "base_url", lambda _settings, vendor: served.url + forecasters.PAPER[vendor])
        yield served


@asynccontextmanager
async def inquiry(database: str, budget: Budget = RICH):
    settings = load_settings(_env_file=None)
    with closing(connect(database, "test", autocommit=True)) as db:
        async with forecasters.open_panel(settings) as panel:
            yield Inquiry(
                panel, CallLedger(db, ACCOUNT, now=NOW, budget=budget), ACCOUNT, NOW, samples=2, min_edge=0.05
            )


def at_odds(ticker: str = TICKER):
    """A market whose price is far from what the model believes."""
    low = view(ticker) > 0.5
    bid, ask = ("0.10", "0.12") if low else ("0.88", "0.90")
    return due(asked=asked(ticker=ticker), bid=Price.parse(bid), ask=Price.parse(ask))


def at_one(ticker: str = TICKER):
    """A market whose price is what the model believes."""
    bid = Price(round(view(ticker) * 10_000) - 10)
    return due(asked=asked(ticker=ticker), bid=bid, ask=Price(bid + 20))


def calls(database: str) -> list[tuple]:
    return execute(
        database,
        """select stage, vendor, model, evidence_set, sample, fault from forecaster_calls
        order by stage, vendor, model, evidence_set, sample""",
    )


async def test_where_the_first_look_agrees_with_the_price_it_is_the_only_one(model, database):
    async with inquiry(database) as asking:
        assert await ask_all(asking, [at_one()]) == {}
    assert calls(database) == [("screen", "gpt", "gpt-5.4-mini", 0, 0, None)]


async def test_where_it_does_not_all_are_asked_on_both_sets(model, database):
    async with inquiry(database) as asking:
        assert await ask_all(asking, [at_odds()]) == {}
    full = [
        ("full", vendor, name, number, sample, None)
        for vendor, name in (("claude", "claude-haiku-5-5"), ("gpt", "gpt-6-luna"))
        for number in (1, 2)
        for sample in (0, 1)
    ]
    assert calls(database) == [*full, ("screen", "gpt", "gpt-5.4-mini", 0, 0, None)]


async def test_without_evidence_there_is_one_set_and_an_estimate_all_the_same(model, database):
    async with inquiry(database) as asking:
        await ask_all(asking, [msgspec.structs.replace(at_odds(), evidence=())])
    assert {(stage, number) for stage, _, _, number, _, _ in calls(database)} == {("screen", 0), ("full", 1)}


async def test_asked_again_nothing_is_sent_and_no_row_changes(model, database):
    async with inquiry(database) as asking:
        await ask_all(asking, [at_odds(), at_one("KXRAIN-1")])
    sent, before = len(model.bodies), execute(database, "select * from forecaster_calls order by call_id")
    async with inquiry(database) as asking:
        await ask_all(asking, [at_odds(), at_one("KXRAIN-1")])
    assert len(model.bodies) == sent
    assert execute(database, "select * from forecaster_calls order by call_id") == before


async def test_one_vendor_down_leaves_the_other_alone_and_is_soon_left_in_peace(model, database):
    model.down = {"gpt"}
    async with inquiry(database) as asking:
        await ask_all(asking, [at_odds("KXONE-1"), at_odds("KXTWO-2"), at_odds("KXTHREE-3")])
    by_vendor = {(vendor, fault) for _, vendor, _, _, _, fault in calls(database)}
    assert by_vendor == {("gpt", "vendor_down"), ("claude", None)}
    assert len([1 for stage, vendor, *_ in calls(database) if (stage, vendor) == ("full", "claude")]) == 12
    gpt_requests = [body for body in model.bodies if "instructions" in body]
    assert len(gpt_requests) <= 2 * AT_ONCE


async def test_both_down_is_told_by_each_call(model, database):
    model.down = {"gpt", "claude"}
    async with inquiry(database) as asking:
        assert await ask_all(asking, [at_odds()]) == {}
    assert [(stage, vendor, fault) for stage, vendor, _, _, _, fault in calls(database)] == [
        ("screen", "claude", "vendor_down"),
        ("screen", "gpt", "vendor_down"),
    ]


async def test_what_nobody_answered_is_asked_again_by_a_rerun(model, database):
    model.down = {"gpt", "claude"}
    async with inquiry(database) as asking:
        await ask_all(asking, [at_odds()])
    model.down = set()
    async with inquiry(database) as asking:
        await ask_all(asking, [at_odds()])
    assert len([1 for stage, *_, fault in calls(database) if stage == "full" and fault is None]) == 8


async def test_at_the_cap_no_call_starts_and_the_budget_is_named(model, database):
    async with inquiry(database, Budget(Cash.parse("0.01"), Cash.parse("0.01"))) as asking:
        breaches = await ask_all(asking, [at_odds(), at_odds("KXTWO-2")])
    assert {breach.reason for breach in breaches.values()} == {"llm_daily_budget"}
    ((spent,),) = execute(database, "select sum(cost_dollars) from forecaster_calls")
    assert spent <= 0.01


async def test_no_more_requests_are_open_at_once_than_allowed(model, database):
    async with inquiry(database) as asking:
        await ask_all(asking, [at_odds(f"KXMANY-{number}") for number in range(12)])
    assert 1 < model.most_at_once <= AT_ONCE
