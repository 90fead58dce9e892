"""How bets end together: their joint law as scenarios of wins and losses.

``wins`` are the probabilities that each bet pays, ``costs`` what each costs per $1 of payout, fee in. Up to
``EXACT`` bets all 2^n ends are enumerated; above that they are drawn from a Sobol sequence with a fixed seed.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from kalshi_desk.domain.joint_kelly import Floats, Scenarios

NDArrayBool = NDArray[np.bool_]

EXACT = 12
DRAWN_LOG2 = 14
_NODES = 96


def independent(wins: Floats, costs: Floats) -> Scenarios:
    """Return the scenarios of bets that have nothing to do with each other."""
    return factor(wins, costs, loading=0.0)


def factor(wins: Floats, costs: Floats, *, loading: float) -> Scenarios:
    """Return the scenarios of a one-factor Gaussian copula: each bet wins where loading z + sqrt(1 - loading^2) e > K.

    Raises ValueError for a loading outside [0, 1) or a probability or cost outside (0, 1).
    """
    _check(wins, costs)
    if not 0.0 <= loading < 1.0:
        raise ValueError(f"loading {loading} is not in [0, 1)")
    if len(wins) > EXACT:
        return _drawn(wins, costs, loading)
    ends = np.array(list(product((True, False), repeat=len(wins))))
    return Scenarios(_factor_probabilities(ends, wins, loading), _returns(ends, costs))


def exclusive(wins: Floats, costs: Floats) -> Scenarios:
    """Return the scenarios of bets of which one at most wins; raises ValueError where their chances exceed 1."""
    _check(wins, costs)
    nothing = 1.0 - float(wins.sum())
    if nothing < -1e-9:
        raise ValueError(f"exclusive outcomes have probabilities of {wins.sum():.4f} in sum")
    ends = np.vstack([np.eye(len(wins), dtype=bool), np.zeros((1, len(wins)), dtype=bool)])
    chances = np.append(wins, max(0.0, nothing))
    return Scenarios(chances / chances.sum(), _returns(ends, costs))


def _factor_probabilities(ends: NDArrayBool, wins: Floats, loading: float) -> Floats:
    """Integrate over the factor by Gauss-Hermite nodes: given it, the bets are independent."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES if loading else 1)
    chances = _given(nodes, wins, loading)
    logs = np.log(chances) @ ends.T + np.log1p(-chances) @ ~ends.T
    found = (weights / weights.sum()) @ np.exp(logs)
    return np.asarray(found / found.sum(), dtype=np.float64)


def _given(factor_values: Floats, wins: Floats, loading: float) -> Floats:
    spread = np.sqrt(1.0 - loading**2)
    raw = ndtr((ndtri(wins)[None, :] + loading * factor_values[:, None]) / spread)
    return np.asarray(np.clip(raw, 1e-300, 1.0 - 1e-16), dtype=np.float64)


def _drawn(wins: Floats, costs: Floats, loading: float) -> Scenarios:
    points = qmc.Sobol(len(wins) + 1, seed=20_561).random_base2(DRAWN_LOG2)
    chances = _given(ndtri(np.clip(points[:, 0], 1e-12, 1 - 1e-12)), wins, loading)
    ends = points[:, 1:] < chances
    return Scenarios(np.full(len(ends), 1.0 / len(ends)), _returns(ends, costs))


def _returns(ends: NDArrayBool, costs: Floats) -> Floats:
    return np.where(ends, (1.0 - costs) / costs, -1.0)


def _check(wins: Floats, costs: Floats) -> None:
    for name, values in (("probability", wins), ("cost", costs)):
        if not ((values > 0) & (values < 1)).all():
            raise ValueError(f"a {name} is not between 0 and 1")
