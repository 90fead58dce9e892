"""OpenAI's responses API and Anthropic's messages API as their SDKs speak them, answered by simulated models.

Source: the vendors' API references. Tokens are counted as a quarter of the characters.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from kalshi_desk.domain.units import NANOS
from kalshi_desk.simulation.forecast_models import Reading, believed, read, temper_of
from kalshi_desk.venue_double.api_error import ApiError
from kalshi_desk.venue_double.guard import VENUE
from kalshi_desk.venue_double.venue import Venue

_KEPT = 10_000
_UNKNOWN = 0.5
Body = dict[str, Any]


class Asked:
    """How often each prompt has come to each model, for as many prompts as are kept in mind."""

    def __init__(self) -> None:
        self._times: OrderedDict[tuple[str, str], int] = OrderedDict()

    def sample(self, model: str, digest: str) -> str:
        """Return the name of this sample: samples of one prompt differ a little."""
        times = self._times.pop((model, digest), 0)
        self._times[model, digest] = times + 1
        if len(self._times) > _KEPT:
            self._times.popitem(last=False)
        return f"{digest}:{times}"


ASKED = web.AppKey("asked", Asked)


def openai_error(status: int, message: str, kind: str, code: str | None = None) -> ApiError:
    """Return a refusal in OpenAI's shape."""
    return ApiError(status, {"error": {"message": message, "type": kind, "param": None, "code": code}})


def anthropic_error(status: int, message: str, kind: str) -> ApiError:
    """Return a refusal in Anthropic's shape."""
    error = {"type": kind, "message": message}
    return ApiError(status, {"type": "error", "error": error, "request_id": "req_simulated"})


async def responses(request: web.Request) -> web.Response:
    """Answer ``POST /v1/responses``."""
    try:
        return web.json_response(_response(request, await _json(request)))
    except ApiError as fault:
        return _refused(fault)


async def messages(request: web.Request) -> web.Response:
    """Answer ``POST /v1/messages``."""
    try:
        return web.json_response(_message(request, await _json(request)))
    except ApiError as fault:
        return _refused(fault)


def _refused(fault: ApiError) -> web.Response:
    headers = {"retry-after": "1"} if fault.status == 429 else {}
    return web.json_response(fault.body, status=fault.status, headers=headers)


async def _json(request: web.Request) -> Body:
    try:
        body = json.loads(await request.read())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _response(request: web.Request, body: Body) -> Body:
    venue, prompt = request.app[VENUE], f"{body.get('instructions') or ''}\n{_text(body.get('input'))}"
    if not request.headers.get("Authorization", "").startswith("Bearer "):
        raise openai_error(401, "You didn't provide an API key.", "invalid_request_error", "invalid_api_key")
    if not body.get("model") or body.get("input") in (None, "", []):
        raise openai_error(400, "Missing required parameter.", "invalid_request_error", "missing_required_parameter")
    fault = venue.faults.model_fault()
    if fault == "rate_limit":
        raise openai_error(429, "Rate limit reached for requests.", "requests", "rate_limit_exceeded")
    if fault == "error":
        raise openai_error(500, "The server had an error while processing your request.", "server_error")
    text = _answer(request, str(body["model"]), prompt, fault)
    part: Body = {"type": "output_text", "annotations": [], "text": text}
    if fault == "refusal":
        part = {"type": "refusal", "refusal": text}
    cut = fault == "truncated"
    return {
        "id": f"resp_{_stamp(venue)}", "object": "response", "created_at": venue.exchange.now // NANOS,
        "status": "incomplete" if cut else "completed", "model": body["model"], "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "instructions": body.get("instructions"), "metadata": {}, "parallel_tool_calls": True, "tool_choice": "auto",
        "tools": [], "temperature": 1.0, "top_p": 1.0,
        "output": [{
            "id": f"msg_{_stamp(venue)}", "type": "message", "role": "assistant",
            "status": "incomplete" if cut else "completed", "content": [part],
        }],
        "usage": {
            "input_tokens": _tokens(prompt), "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": _tokens(text), "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": _tokens(prompt) + _tokens(text),
        },
    }  # fmt: skip


def _message(request: web.Request, body: Body) -> Body:
    venue = request.app[VENUE]
    if not (request.headers.get("Authorization") or request.headers.get("x-api-key")):
        raise anthropic_error(401, "x-api-key header is required", "authentication_error")
    if not body.get("max_tokens") or not body.get("messages") or "anthropic-version" not in request.headers:
        raise anthropic_error(400, "max_tokens, messages, anthropic-version: required", "invalid_request_error")
    fault = venue.faults.model_fault()
    if fault == "rate_limit":
        raise anthropic_error(429, "This request would exceed your rate limit.", "rate_limit_error")
    if fault == "error":
        raise anthropic_error(529, "Overloaded", "overloaded_error")
    prompt = f"{_text(body.get('system'))}\n{_text(body['messages'])}"
    text = _answer(request, str(body.get("model")), prompt, fault)
    stop = {"truncated": "max_tokens", "refusal": "refusal"}.get(fault or "", "end_turn")
    return {
        "id": f"msg_{_stamp(venue)}", "type": "message", "role": "assistant", "model": body.get("model"),
        "stop_reason": stop, "stop_sequence": None, "content": [{"type": "text", "text": text}],
        "usage": {
            "input_tokens": _tokens(prompt), "output_tokens": _tokens(text), "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
        },
    }  # fmt: skip


def _text(given: object) -> str:
    """Return the text of a prompt, given whole, as messages or as parts."""
    if isinstance(given, str):
        return given
    if isinstance(given, Mapping):
        return _text(given.get("text") or given.get("content"))
    return "\n".join(_text(part) for part in given) if isinstance(given, list) else ""


def _answer(request: web.Request, model: str, prompt: str, fault: str | None) -> str:
    reading = read(prompt)
    if fault == "refusal":
        return "I can't help with that."
    if fault == "prose" or reading.ticker is None:
        return "It is hard to say; the evidence points both ways, but I would lean towards yes."
    p = _probability(request, model, reading)
    told = {"percent": round(100 * p), "certain": round(p)}.get(fault or "", round(p, 4))
    answer = json.dumps({"reason": f"The reports on {reading.ticker} point this way.", "probability": told})
    return answer[: len(answer) // 2] if fault == "truncated" else answer


def _probability(request: web.Request, model: str, reading: Reading) -> float:
    if reading.ordered is not None:
        return reading.ordered
    venue, world = request.app[VENUE], request.app[VENUE].source.forecasts
    truth = None if world is None or reading.ticker is None else world.truth(reading.ticker, venue.clock.now())
    temper = venue.faults.plan.tempers.get(model) or temper_of(model)
    seed = 0 if world is None else world.seed
    sample = request.app[ASKED].sample(model, reading.digest)
    return believed(_UNKNOWN if truth is None else truth, temper, seed=seed, model=model, sample=sample)


def _tokens(text: str) -> int:
    return max(1, len(text) // 4)


def _stamp(venue: Venue) -> str:
    return f"{venue.exchange.now:x}"


ROUTES = [
    web.post("/models/openai/v1/responses", responses),
    web.post("/models/anthropic/v1/messages", messages),
]
