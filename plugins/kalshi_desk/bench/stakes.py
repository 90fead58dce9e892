"""Joint Kelly over many bets, inside the process."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from kalshi_desk.bench.figures import Figure, durations, figure
from kalshi_desk.domain.joint_kelly import Scenarios, best_stakes

BETS, SCENARIOS, TIMES = 40, 2_000, 50
LOADING, SEED = 0.5, 1


def scenarios() -> Scenarios:
    """Return given scenarios of forty bets with small edges and a common factor, from a fixed seed."""
    rng = np.random.default_rng(SEED)
    wins = rng.uniform(0.2, 0.8, BETS)
    costs = np.clip(wins - rng.normal(0.02, 0.03, BETS), 0.05, 0.95)
    common, own = rng.normal(size=(SCENARIOS, 1)), rng.normal(size=(SCENARIOS, BETS))
    ends = LOADING * common + np.sqrt(1 - LOADING**2) * own < ndtri(wins)
    return Scenarios(np.full(SCENARIOS, 1 / SCENARIOS), np.where(ends, (1 - costs) / costs, -1.0))


def stakes() -> Figure:
    """Measure the stakes of those bets."""
    given = scenarios()
    return figure(f"stakes of {BETS} bets over {SCENARIOS} scenarios", durations(lambda: best_stakes(given), TIMES))
