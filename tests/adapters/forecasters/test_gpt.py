"""OpenAI's own client against a server on this machine."""

import openai
import pytest
from aiohttp import web

from kalshi_desk.adapters.forecasters.forecaster import RETRIES, TIMEOUT_S
from kalshi_desk.domain.units import Cash
from kalshi_desk.wire.forecast_answer import Fault
from tests.forecasts import TICKER, prompt
from tests.models import NOISE, answer, gpt_body, view


def body(text: str, **changes):
    return lambda _request: web.json_response(gpt_body(text, **changes))


def error(status: int, code: str | None = None):
    headers = {"retry-after-ms": "1"}
    content = {"error": {"message": "no", "type": "t", "param": None, "code": code}}
    return lambda _request: web.json_response(content, status=status, headers=headers)


async def test_an_answer_has_its_probability_tokens_and_cost(luna, model):
    got = await luna.ask(prompt())
    assert got.p_yes == pytest.approx(view(TICKER), abs=NOISE)
    assert (got.fault, got.usage.total_input, got.usage.output) == (None, 1000, 100)
    assert got.cost == Cash.parse("0.00045")


async def test_the_request_asks_for_a_strict_schema_and_stores_nothing(luna, model):
    await luna.ask(prompt())
    (sent,) = model.bodies
    assert sent["text"]["format"]["strict"] is True
    assert sent["text"]["format"]["schema"]["required"] == ["reason", "probability"]
    assert sent["store"] is False
    assert sent["max_output_tokens"] == 1000
    assert sent["instructions"] == prompt().system
    assert {"temperature", "top_p"} & set(sent) == set()
    assert (luna._client.timeout, luna._client.max_retries) == (TIMEOUT_S, RETRIES)


REFUSED = [
    {"id": "m", "type": "message", "role": "assistant", "status": "completed",
     "content": [{"type": "refusal", "refusal": "I cannot help with that."}]}
]  # fmt: skip
CUT = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
FILTERED = {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (body("It is likely."), Fault.PROSE),
        (body(answer(50)), Fault.OUT_OF_RANGE),
        (body(answer(1)), Fault.CERTAIN),
        (body(answer(0)), Fault.CERTAIN),
        (body('{"reason": "a", "probability": NaN}'), Fault.PROSE),
        (body('{"reason": "because'), Fault.TRUNCATED),
        (body('{"reason": "because', **CUT), Fault.TRUNCATED),
        (body(answer(0.4), **CUT), Fault.TRUNCATED),
        (body("", **FILTERED), Fault.REFUSAL),
        (body("", output=REFUSED), Fault.REFUSAL),
    ],
)
async def test_an_answer_that_is_none_is_a_fault_that_cost_its_tokens(luna, model, reply, fault):
    model.next = [reply]
    got = await luna.ask(prompt())
    assert (got.p_yes, got.fault, got.cost) == (None, fault, Cash.parse("0.00045"))
    assert got.text is not None


@pytest.mark.parametrize(
    ("status", "code", "fault", "asked"),
    [
        (429, None, Fault.RATE_LIMITED, 2),
        (500, None, Fault.VENDOR_DOWN, 2),
        (401, None, Fault.UNAUTHORIZED, 1),
        (400, None, Fault.REJECTED, 1),
    ],
)
async def test_a_vendor_that_does_not_answer_is_a_fault_and_free(luna, model, status, code, fault, asked):
    model.next = [error(status, code)] * 2
    got = await luna.ask(prompt())
    assert (got.text, got.p_yes, got.fault, got.cost) == (None, None, fault, Cash(0))
    assert len(model.bodies) == asked


async def test_a_page_of_html_is_a_vendor_that_is_down(luna, model):
    model.next = [lambda _: web.Response(text="<html>maintenance</html>", content_type="text/html")]
    assert (await luna.ask(prompt())).fault is Fault.VENDOR_DOWN


async def test_json_that_is_none_is_a_vendor_that_is_down(luna, model):
    model.next = [lambda _: web.Response(text='{"id": "resp', content_type="application/json")] * 2
    assert (await luna.ask(prompt())).fault is Fault.VENDOR_DOWN


async def test_an_answer_without_usage_is_charged_as_the_worst(luna, model):
    model.next = [body(answer(0.4), usage=None)]
    got = await luna.ask(prompt())
    assert (got.p_yes, got.fault, got.cost) == (None, Fault.VENDOR_DOWN, luna.worst(prompt()))


async def test_a_timeout_may_be_charged(luna, model, monkeypatch):
    async def late(**_):
        raise openai.APITimeoutError(request=None)

    monkeypatch.setattr(luna._client.responses, "create", late)
    got = await luna.ask(prompt())
    assert (got.fault, got.cost) == (Fault.TIMEOUT, luna.worst(prompt()))


async def test_a_closed_door_is_a_vendor_that_is_down(luna, monkeypatch):
    luna._client.base_url = "http://127.0.0.1:9/"
    assert (await luna.ask(prompt())).fault is Fault.VENDOR_DOWN
