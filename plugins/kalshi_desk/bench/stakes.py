"""Joint Kelly over many bets, inside the process."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.special import ndtri

from kalshi_desk.bench.figures import Figure, durations, figure
from kalshi_desk.domain.joint_kelly import Scenarios, best_stakes

BETS, SCENARIOS, TIMES = 40, 2_000, 50
LOADING, SEED = 0.5, 1
LIMITS = {
    "free": {},
    "in all 0.12": {"most": 0.12},
    "each 0.02": {"most_each": 0.02},
    "each 0.02 of 0.12": {"most_each": 0.02, "most": 0.12},
    "lambda 3": {"drawdown_lambda": 3.0},
}


def scenarios() -> Scenarios:
    """Return given scenarios of forty bets with small edges and a common factor, from a fixed seed."""
    rng = np.random.default_rng(SEED)
    wins = rng.uniform(0.2, 0.8, BETS)
    costs = np.clip(wins - rng.normal(0.02, 0.03, BETS), 0.05, 0.95)
    common, own = rng.normal(size=(SCENARIOS, 1)), rng.normal(size=(SCENARIOS, BETS))
    ends = LOADING * common + np.sqrt(1 - LOADING**2) * own < ndtri(wins)
    return Scenarios(np.full(SCENARIOS, 1 / SCENARIOS), np.where(ends, (1 - costs) / costs, -1.0))


def stakes() -> list[Figure]:
    """Measure the stakes of those bets, without limits and where these bind."""
    given = scenarios()
    return [
        figure(
            f"stakes of {BETS} bets, {SCENARIOS} scenarios, {name}",
            durations(partial(best_stakes, given, **caps), TIMES),
        )
        for name, caps in LIMITS.items()
    ]
