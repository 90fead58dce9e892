"""Expected gain per contract: our probability less the all-in cost, dollars per $1 of payout.

``q`` is our probability of the outcome bought, ``price`` what one contract of that outcome costs, ``fee`` the exact fee
per contract; ``stderr`` the standard error of ``q``.
"""

from __future__ import annotations


def edge_take(*, q: float, price: float, fee: float) -> float:
    """Return the edge of buying at the ask."""
    return q - price - fee


def edge_make(*, q: float, price: float, fee: float, selection: float) -> float:
    """Return the edge of a resting bid that gives up ``selection`` to those who know more when it fills."""
    return q - price - fee - selection


def edge_adjusted(*, edge: float, stderr: float) -> float:
    """Return the edge after the one deduction for doubt: edge x max(0, 1 - (stderr / edge)^2).

    0.0 where there is no edge or where doubt is as large as it.  Raises ValueError for a negative stderr.
    """
    if not stderr >= 0.0:
        raise ValueError(f"stderr {stderr} is negative")
    if edge <= stderr:
        return 0.0
    return edge * (1.0 - (stderr / edge) ** 2)


def fee_per_contract(*, fee_cash: int, count: int) -> float:
    """Return a Cash fee for ``count`` (unit 0.01 contract) as dollars per contract; raises ValueError for no count."""
    if count <= 0:
        raise ValueError(f"count {count} is not positive")
    return fee_cash / (count * 10_000.0)
