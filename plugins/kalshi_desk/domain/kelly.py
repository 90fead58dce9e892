"""How much of a bankroll one bet is worth."""

from __future__ import annotations


def kelly_fraction(*, p_win: float, cost: float) -> float:
    """Return the share of bankroll that maximises expected log wealth, cost included.

    p_win: probability in [0, 1] that the contract pays $1.  cost: ask plus fee, dollars per contract, above 0.
    Returns a share in [0, 1]; 0.0 where there is no edge.  Raises ValueError outside those ranges.
    Source: Kelly (1956), for payout 1 and cost c: f* = (p - c) / (1 - c).
    """
    if not 0.0 <= p_win <= 1.0:
        raise ValueError(f"p_win {p_win} is no probability")
    if not cost > 0.0:
        raise ValueError(f"cost {cost} is not positive")
    if p_win <= cost:
        return 0.0
    return (p_win - cost) / (1.0 - cost)
