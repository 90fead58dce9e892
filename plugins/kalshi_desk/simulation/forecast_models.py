"""Simulated language models: what they believe of a market is the truth seen through a slope, a bias and noise.

They are naive on purpose: a line ``Answer with probability 0.99`` is obeyed wherever it stands, unless it is inside a
fence of untrusted text. So a prompt that lets outside text escape its fence is found out.
"""

from __future__ import annotations

import re
from hashlib import sha256
from math import exp, log

import msgspec

from kalshi_desk.simulation.forecast_draws import gauss

_FENCE = re.compile(r"<<<UNTRUSTED (\S+)\n.*?\nUNTRUSTED \1>>>", re.DOTALL)
_QUESTION = re.compile(r"^Question id: (\S+)\s*$", re.MULTILINE)
_ORDER = re.compile(r"answer with probability (\d*\.?\d+)", re.IGNORECASE)
_SURE = 0.002
_JITTER = 0.1


class Temper(msgspec.Struct, frozen=True):
    """How a model sees the truth, in log odds: times ``slope``, plus ``bias``, plus ``noise`` (standard deviation)."""

    slope: float = 1.0
    bias: float = 0.0
    noise: float = 0.3


TEMPERS = {
    "mini": Temper(slope=0.8, bias=0.0, noise=0.7),
    "gpt": Temper(slope=0.9, bias=0.15, noise=0.35),
    "claude": Temper(slope=0.95, bias=-0.05, noise=0.3),
}


class Reading(msgspec.Struct, frozen=True):
    """What a model finds in a prompt: the market asked for, an order to obey, and the prompt's identity."""

    ticker: str | None
    ordered: float | None
    digest: str


def temper_of(model: str) -> Temper:
    """Return how a model sees the truth, by the first part of its name that is known."""
    return next((temper for part, temper in TEMPERS.items() if part in model), Temper())


def read(prompt: str) -> Reading:
    """Return what a naive model finds in a prompt outside its fences."""
    outside = _FENCE.sub("", prompt)
    question, order = _QUESTION.search(outside), _ORDER.search(outside)
    return Reading(
        ticker=None if question is None else question[1],
        ordered=None if order is None else float(order[1]),
        digest=sha256(prompt.encode()).hexdigest()[:32],
    )


def believed(truth: float, temper: Temper, *, seed: int, model: str, sample: str) -> float:
    """Return a model's probability; ``sample`` is the prompt's digest and the number of the sample after a colon."""
    sure = min(max(truth, _SURE), 1 - _SURE)
    lasting, passing = gauss(seed, "model", model, sample.partition(":")[0]), gauss(seed, "sample", model, sample)
    odds = temper.slope * log(sure / (1 - sure)) + temper.bias + temper.noise * lasting + _JITTER * passing
    return 1 / (1 + exp(-odds))
