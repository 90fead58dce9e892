"""Anthropic's own client against a server on this machine."""

import anthropic
import pytest
from aiohttp import web

from kalshi_desk.adapters.forecasters.claude import Claude
from kalshi_desk.adapters.forecasters.forecaster import RETRIES, TIMEOUT_S
from kalshi_desk.domain.spend import TokenPrice
from kalshi_desk.domain.units import Cash
from kalshi_desk.wire.forecast_answer import Fault
from tests.forecasts import TICKER, prompt
from tests.models import NOISE, answer, claude_body, view

COST = Cash.parse("0.001625")  # 100 at $1, 900 written at $1.25, 80 at $5 per million


def body(text: str, **changes):
    return lambda _request: web.json_response(claude_body(text, **changes))


def error(status: int, kind: str):
    content = {"type": "error", "error": {"type": kind, "message": "no"}}
    return lambda _request: web.json_response(content, status=status, headers={"retry-after-ms": "1"})


async def test_an_answer_has_its_probability_tokens_and_cost(haiku):
    got = await haiku.ask(prompt())
    assert got.p_yes == pytest.approx(view(TICKER), abs=NOISE)
    assert (got.fault, got.usage.total_input, got.usage.output, got.cost) == (None, 1000, 80, COST)


async def test_what_is_read_from_the_cache_costs_a_tenth(haiku, model):
    usage = {
        "input_tokens": 100, "output_tokens": 80, "cache_creation_input_tokens": None, "cache_read_input_tokens": 900,
    }  # fmt: skip
    model.next = [body(answer(0.4), usage=usage)]
    got = await haiku.ask(prompt())
    assert (got.usage.total_input, got.cost) == (1000, Cash.parse("0.00059"))


async def test_the_request_asks_for_the_schema_and_marks_what_will_be_repeated(haiku, model):
    await haiku.ask(prompt())
    (sent,) = model.bodies
    assert sent["output_config"]["format"]["schema"]["required"] == ["reason", "probability"]
    assert sent["system"] == prompt().system
    assert sent["messages"][0]["content"][0]["cache_control"] == {"type": "ephemeral"}
    assert {"temperature", "top_p", "top_k"} & set(sent) == set()
    assert (haiku._client.timeout, haiku._client.max_retries) == (TIMEOUT_S, RETRIES)


async def test_a_prompt_asked_once_is_not_written_to_the_cache(haiku, model):
    once = Claude(haiku._client, "claude-haiku-5-5", TokenPrice(Cash(1), Cash(1)), repeated=False)
    await once.ask(prompt())
    assert "cache_control" not in model.bodies[0]["messages"][0]["content"][0]


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (body("I would say one half."), Fault.PROSE),
        (body(answer(50)), Fault.OUT_OF_RANGE),
        (body(answer(-0.1)), Fault.OUT_OF_RANGE),
        (body(answer(1)), Fault.CERTAIN),
        (body('{"reason": "because', stop_reason="max_tokens"), Fault.TRUNCATED),
        (body(answer(0.4), stop_reason="max_tokens"), Fault.TRUNCATED),
        (body(answer(0.4), stop_reason="pause_turn"), Fault.TRUNCATED),
        (body("No.", stop_reason="refusal"), Fault.REFUSAL),
        (body("", content=[]), Fault.PROSE),
    ],
)
async def test_an_answer_that_is_none_is_a_fault_that_cost_its_tokens(haiku, model, reply, fault):
    model.next = [reply]
    got = await haiku.ask(prompt())
    assert (got.p_yes, got.fault, got.cost) == (None, fault, COST)
    assert got.text is not None


async def test_thinking_before_the_text_is_passed_over(haiku, model):
    content = [{"type": "thinking", "thinking": "0.9?", "signature": "s"}, {"type": "text", "text": answer(0.3)}]
    model.next = [body("", content=content)]
    assert (await haiku.ask(prompt())).p_yes == 0.3


@pytest.mark.parametrize(
    ("status", "kind", "fault", "asked"),
    [
        (429, "rate_limit_error", Fault.RATE_LIMITED, 2),
        (529, "overloaded_error", Fault.VENDOR_DOWN, 2),
        (504, "timeout_error", Fault.TIMEOUT, 2),
        (402, "billing_error", Fault.UNAUTHORIZED, 1),
        (413, "request_too_large", Fault.REJECTED, 1),
    ],
)
async def test_a_vendor_that_does_not_answer_is_a_fault_and_free(haiku, model, status, kind, fault, asked):
    model.next = [error(status, kind)] * 2
    got = await haiku.ask(prompt())
    assert (got.text, got.p_yes, got.fault, got.cost) == (None, None, fault, Cash(0))
    assert len(model.bodies) == asked


async def test_a_page_of_html_is_a_vendor_that_is_down(haiku, model):
    model.next = [lambda _: web.Response(text="<html>maintenance</html>", content_type="text/html")]
    assert (await haiku.ask(prompt())).fault is Fault.VENDOR_DOWN


async def test_a_timeout_may_be_charged(haiku, monkeypatch):
    async def late(**_):
        raise anthropic.APITimeoutError(request=None)

    monkeypatch.setattr(haiku._client.messages, "create", late)
    got = await haiku.ask(prompt())
    assert (got.fault, got.cost) == (Fault.TIMEOUT, haiku.worst(prompt()))


async def test_a_closed_door_is_a_vendor_that_is_down(haiku):
    haiku._client.base_url = "http://127.0.0.1:9/"
    assert (await haiku.ask(prompt())).fault is Fault.VENDOR_DOWN
