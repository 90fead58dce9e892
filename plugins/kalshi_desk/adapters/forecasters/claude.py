"""Anthropic's models by the messages API: schema of the output, no sampling parameters.

With ``repeated`` the prompt is marked for the vendor's cache: the first sample writes it, the others read it at a tenth
of the price. A prompt below the vendor's least length is not cached and costs what it would have cost.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anthropic
from anthropic.types import Message, OutputConfigParam, TextBlockParam

from kalshi_desk.adapters.forecasters.forecaster import MAX_OUTPUT, RETRIES, TIMEOUT_S, fault_of, worst_of
from kalshi_desk.domain.spend import TokenPrice, Usage, cost
from kalshi_desk.domain.units import Cash
from kalshi_desk.wire.forecast_answer import SCHEMA, Answer, Fault, answered, unanswered
from kalshi_desk.wire.forecast_prompt import Prompt

_OUTPUT: OutputConfigParam = {"format": {"type": "json_schema", "schema": SCHEMA}}
_STOPPED = {
    "end_turn": None,
    "max_tokens": Fault.TRUNCATED,
    "model_context_window_exceeded": Fault.TRUNCATED,
    "refusal": Fault.REFUSAL,
}


@asynccontextmanager
async def open_client(key: str, base_url: str | None) -> AsyncIterator[anthropic.AsyncAnthropic]:
    """Open Anthropic's client; ``base_url`` None is the vendor's own address."""
    async with anthropic.AsyncAnthropic(
        api_key=key, base_url=base_url, timeout=TIMEOUT_S, max_retries=RETRIES
    ) as client:
        yield client


class Claude:
    """One model of Anthropic at a price per million tokens; ``repeated`` says that each prompt is asked again soon."""

    vendor = "claude"

    def __init__(self, client: anthropic.AsyncAnthropic, model: str, price: TokenPrice, *, repeated: bool) -> None:
        self._client, self.model, self._price, self._repeated = client, model, price, repeated

    def worst(self, prompt: Prompt) -> Cash:
        return worst_of(prompt, self._price)

    async def ask(self, prompt: Prompt) -> Answer:
        try:
            reply = await self._client.messages.create(
                model=self.model,
                max_tokens=MAX_OUTPUT,
                system=prompt.system,
                messages=[{"role": "user", "content": [self._block(prompt.text)]}],
                output_config=_OUTPUT,
            )
        except anthropic.APITimeoutError:
            return unanswered(Fault.TIMEOUT, self.worst(prompt))
        except anthropic.APIStatusError as error:
            return unanswered(fault_of(error.status_code, None), Cash(0))
        except (anthropic.AnthropicError, ValueError):
            return unanswered(Fault.VENDOR_DOWN, Cash(0))
        return self._answer(reply, prompt)

    def _block(self, text: str) -> TextBlockParam:
        block: TextBlockParam = {"type": "text", "text": text}
        if self._repeated:
            block["cache_control"] = {"type": "ephemeral"}
        return block

    def _answer(self, reply: Message, prompt: Prompt) -> Answer:
        if not isinstance(reply, Message) or not isinstance(reply.content, list) or reply.usage is None:
            return unanswered(Fault.VENDOR_DOWN, self.worst(prompt))
        usage = Usage(
            input=reply.usage.input_tokens,
            output=reply.usage.output_tokens,
            written=reply.usage.cache_creation_input_tokens or 0,
            read=reply.usage.cache_read_input_tokens or 0,
        )
        text = "".join(block.text for block in reply.content if block.type == "text")
        stopped = _STOPPED.get(reply.stop_reason or "", Fault.TRUNCATED)
        return answered(text, usage=usage, cost=cost(usage, self._price), stopped=stopped)
