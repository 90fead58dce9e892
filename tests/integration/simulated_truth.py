"""Does the desk learn the truth where the truth is known?  ``python -m tests.integration.simulated_truth [SEEDS]``.

Each seed draws a world of questions whose true probabilities are known: a price that is right as far as it goes, and
two models that see the price's odds plus something of their own, each through noise and all through one bias. The truth
lies on the way from the price to what the models see: ``insight`` of it, 0 for models that add nothing. The live
functions learn from it; counted is how often they found what the construction implies.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_desk.domain.logistic import Array, Normal, fit_logistic
from kalshi_desk.domain.platt import Platt
from kalshi_desk.domain.question import Question
from kalshi_desk.domain.skill import mean_interval
from kalshi_desk.steps.learn import fit
from kalshi_desk.steps.walk_forward import Foretold, walk_forward
from tests.steps.questions import PARAMS, expit, hour, question

BIAS, NOISE, QUESTIONS, CROWD = 0.6, 0.4, 1_000, 200_000
MIN_EDGE, FEE = 0.05, 0.07
FLAT = Normal((0.0, 0.0), (1e6, 1e6))


@dataclass(frozen=True)
class World:
    """Odds of many questions: the price's, the models' by name, and the true ones."""

    prices: Array
    models: dict[str, Array]
    truth: Array

    @property
    def mix(self) -> Array:
        """The models' mix under the settings' weights."""
        return np.sum([weight * self.models[name] for name, weight in PARAMS.vendor_weights.items()], axis=0)


@dataclass(frozen=True)
class Implied:
    """The best bend of the mix and the best weight of it against the price, of a crowd so large that luck is gone."""

    bend: Platt
    weight: float


def draw(seed: int, n: int, insight: float) -> World:
    """Draw a world of n questions in which the models' ``insight`` is the weight they deserve but for their noise."""
    rng = np.random.default_rng(seed)
    prices = rng.normal(0, 1.2, n)
    seen = prices + rng.normal(0, 1.0, n)
    models = {name: BIAS + seen + rng.normal(0, NOISE, n) for name in PARAMS.vendor_weights}
    return World(prices, models, insight * seen + (1 - insight) * prices)


def implied(insight: float) -> Implied:
    """Return what the construction implies, with true probabilities in the place of outcomes."""
    crowd = draw(10**6, CROWD, insight)
    nothing, ones, truth = np.zeros(CROWD), np.ones(CROWD), expit(crowd.truth)
    bend = fit_logistic(np.column_stack([ones, crowd.mix]), truth, offset=nothing, prior=FLAT).parameters
    ahead = bend[0] + bend[1] * crowd.mix - crowd.prices
    blend = fit_logistic(np.column_stack([ahead, ones]), truth, offset=crowd.prices, prior=FLAT).parameters
    return Implied(Platt(*map(float, bend)), float(blend[0]))


def questions_of(world: World, seed: int) -> list[Question]:
    """Return a world's questions, one an hour, answered 30 hours later by lot under the truth."""
    lots = np.random.default_rng(10**7 + seed).random(len(world.truth))
    shown = {name: expit(odds) for name, odds in world.models.items()}
    return [
        question(
            i, asked=i, resolved=i + 30, outcome=int(lots[i] < expit(world.truth[i])),
            price=float(expit(world.prices[i])), forecasts={name: float(p[i]) for name, p in shown.items()},
        )
        for i in range(len(lots))
    ]  # fmt: skip


def learned_rightly(questions: Sequence[Question], best: Implied) -> tuple[bool, bool]:
    """Return whether the bend took the bias out, and whether the weight is within two standard errors of the best.

    The bias is out where the bent mix differs from the best bend's, at the odds that the bias alone gives, by at most
    two standard errors of an unshrunk fit.
    """
    learned = fit(questions, (), fitted_at=hour(10**4), params=PARAMS)["climate"]
    bent = learned.platt_intercept + learned.platt_slope * BIAS
    bias_out = abs(bent - best.bend(BIAS)) <= 2 * 2 / np.sqrt(len(questions))
    return bias_out, abs(learned.blend_weight - best.weight) <= 2 * learned.blend_stderr


def covered(found: Sequence[Foretold], truth: Array) -> bool | None:
    """Return whether the 95 % interval of the P&L, one contract an edge, covers what the truth makes of these trades.

    None where there were fewer than two trades.
    """
    earned, expected = [], []
    for one, true in zip(found, expit(truth), strict=True):
        if one.combined is None or one.question.price is None:
            continue
        for sign in (1, -1):
            ours, price = (p if sign > 0 else 1 - p for p in (one.combined.p_yes, one.question.price))
            cost = price + FEE * price * (1 - price)
            if ours - cost > MIN_EDGE:
                won = one.question.outcome if sign > 0 else 1 - one.question.outcome
                earned.append(won - cost)
                expected.append((true if sign > 0 else 1 - true) - cost)
    interval = mean_interval(earned, range(len(earned)), level=0.95)
    if interval is None or interval.low is None or interval.high is None:
        return None
    return bool(interval.low <= np.mean(expected) <= interval.high)


def count(seeds: int, insight: float) -> Counter[str]:
    """Return how many seeds found bias, weight and P&L, and how many had trades to judge the P&L by."""
    best, counts = implied(insight), Counter[str]()
    for seed in range(seeds):
        world = draw(seed, QUESTIONS, insight)
        questions = questions_of(world, seed)
        counts["bias"], counts["weight"] = (
            counts[name] + right
            for name, right in zip(("bias", "weight"), learned_rightly(questions, best), strict=True)
        )
        inside = covered(list(walk_forward(questions, params=PARAMS)), world.truth)
        counts["traded"] += inside is not None
        counts["pnl"] += inside is True
    return counts


def main(seeds: int) -> None:
    """Print the counts of worlds whose models add nothing, something and everything."""
    for insight in (0.0, 0.4, 1.0):
        best = implied(insight)
        found = count(seeds, insight)
        print(
            f"insight {insight}: best weight {best.weight:.3f}; of {seeds} seeds bias {found['bias']}, "
            f"weight {found['weight']}, P&L {found['pnl']} of {found['traded']} with trades"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
