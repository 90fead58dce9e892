"""Joint Kelly as a conic program for an interior-point solver that shares nothing with ours."""

import clarabel
import numpy as np
from scipy import sparse


def stakes(scenarios, *, most_each=1.0, most=0.999, power=0.0):
    """Maximise the sum of p_k t_k with t_k <= ln(1 + r_k x), x in [0, most_each] and its sum at most ``most``.

    With ``power`` also sum of exp(ln p_k - power t_k) <= 1, each term below a variable of its own.
    """
    returns, chances = (part[scenarios.probabilities > 0] for part in (scenarios.returns, scenarios.probabilities))
    count, bets = returns.shape
    safe = power > 0
    wide = bets + count * (2 if safe else 1)
    rows, bounds = [], []
    for sign, limit in ((-1.0, 0.0), (1.0, most_each)):
        rows.append(sparse.hstack([sign * sparse.eye(bets), sparse.csr_matrix((bets, wide - bets))]))
        bounds.append(np.full(bets, limit))
    rows.append(sparse.csr_matrix((np.ones(bets), (np.zeros(bets, int), np.arange(bets))), shape=(1, wide)))
    bounds.append([most])
    if safe:
        last = np.arange(bets + count, wide)
        rows.append(sparse.csr_matrix((np.ones(count), (np.zeros(count, int), last)), shape=(1, wide)))
        bounds.append([1.0])
    cones = [clarabel.NonnegativeConeT(2 * bets + (2 if safe else 1))]
    for number in range(count):
        rows.append(_log_cone(returns[number], bets + number, wide))
        bounds.append([0.0, 1.0, 1.0])
        cones.append(clarabel.ExponentialConeT())
        if safe:
            rows.append(_power_cone(power, bets + number, bets + count + number, wide))
            bounds.append([np.log(chances[number]), 1.0, 0.0])
            cones.append(clarabel.ExponentialConeT())
    aim = np.zeros(wide)
    aim[bets : bets + count] = -chances
    options = clarabel.DefaultSettings()
    options.verbose = False
    solver = clarabel.DefaultSolver(
        sparse.csc_matrix((wide, wide)), aim, sparse.vstack(rows).tocsc(), np.concatenate(bounds), cones, options
    )
    return np.clip(np.array(solver.solve().x[:bets]), 0.0, most_each)


def _log_cone(returns, place, wide):
    """(t, 1, 1 + r x) in the exponential cone: t <= ln(1 + r x)."""
    block = np.zeros((3, wide))
    block[0, place] = -1.0
    block[2, : len(returns)] = -returns
    return sparse.csr_matrix(block)


def _power_cone(power, place, own, wide):
    """(ln p - power t, 1, u) in the exponential cone: exp(ln p - power t) <= u."""
    block = np.zeros((3, wide))
    block[0, place] = power
    block[2, own] = -1.0
    return sparse.csr_matrix(block)
