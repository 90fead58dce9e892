"""OpenAI's models by the responses API: strict schema, nothing stored, no sampling parameters.

The vendor's prompt cache needs no mark: equal beginnings of more than 1,024 tokens are found by themselves, the sooner
with ``prompt_cache_key``. What is read from it is charged in full here, since the discount differs by model.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import openai
from openai.types.responses import Response, ResponseTextConfigParam

from kalshi_desk.adapters.forecasters.forecaster import MAX_OUTPUT, RETRIES, TIMEOUT_S, fault_of, worst_of
from kalshi_desk.domain.spend import TokenPrice, Usage, cost
from kalshi_desk.domain.units import Cash
from kalshi_desk.wire.forecast_answer import SCHEMA, Answer, Fault, answered, unanswered
from kalshi_desk.wire.forecast_prompt import Prompt

_FORMAT: ResponseTextConfigParam = {
    "format": {"type": "json_schema", "name": "forecast", "schema": SCHEMA, "strict": True}
}
_STOPPED = {"max_output_tokens": Fault.TRUNCATED, "content_filter": Fault.REFUSAL}


@asynccontextmanager
async def open_client(key: str, base_url: str | None) -> AsyncIterator[openai.AsyncOpenAI]:
    """Open OpenAI's client; ``base_url`` None is the vendor's own address."""
    async with openai.AsyncOpenAI(api_key=key, base_url=base_url, timeout=TIMEOUT_S, max_retries=RETRIES) as client:
        yield client


class Gpt:
    """One model of OpenAI at a price per million tokens."""

    vendor = "gpt"

    def __init__(self, client: openai.AsyncOpenAI, model: str, price: TokenPrice) -> None:
        self._client, self.model, self._price = client, model, price

    def worst(self, prompt: Prompt) -> Cash:
        return worst_of(prompt, self._price)

    async def ask(self, prompt: Prompt) -> Answer:
        try:
            reply = await self._client.responses.create(
                model=self.model,
                instructions=prompt.system,
                input=prompt.text,
                text=_FORMAT,
                reasoning={"effort": "low"},
                max_output_tokens=MAX_OUTPUT,
                prompt_cache_key=prompt.hash,
                store=False,
            )
        except openai.APITimeoutError:
            return unanswered(Fault.TIMEOUT, self.worst(prompt))
        except openai.APIStatusError as error:
            return unanswered(fault_of(error.status_code, error.code), Cash(0))
        except (openai.OpenAIError, ValueError):
            return unanswered(Fault.VENDOR_DOWN, Cash(0))
        return self._answer(reply, prompt)

    def _answer(self, reply: Response, prompt: Prompt) -> Answer:
        if not isinstance(reply, Response) or reply.usage is None or reply.status not in ("completed", "incomplete"):
            return unanswered(Fault.VENDOR_DOWN, self.worst(prompt))
        details = reply.usage.input_tokens_details
        written = getattr(details, "cache_write_tokens", 0) or 0  # absent in answers of older models
        usage = Usage(input=reply.usage.input_tokens - written, output=reply.usage.output_tokens, written=written)
        text, stopped = _text(reply)
        return answered(text, usage=usage, cost=cost(usage, self._price), stopped=stopped)


def _text(reply: Response) -> tuple[str, Fault | None]:
    for item in reply.output:
        for part in item.content if item.type == "message" else []:
            if part.type == "refusal":
                return part.refusal, Fault.REFUSAL
    if reply.status == "completed":
        return reply.output_text, None
    why = None if reply.incomplete_details is None else reply.incomplete_details.reason
    return reply.output_text, _STOPPED.get(why or "", Fault.TRUNCATED)
