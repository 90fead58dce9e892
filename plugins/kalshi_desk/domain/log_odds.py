"""Probabilities as log odds, ln(p / (1 - p)): the scale on which forecasts are averaged, bent and weighed.

A certain forecast has infinite log odds and keeps them; nothing is clamped.
"""

from __future__ import annotations

from math import exp, inf, isinf, log

WIDEST_STDERR = 0.5


def logit(p: float) -> float:
    """Return the log odds of a probability; minus and plus infinity at 0 and 1. Raises ValueError outside [0, 1]."""
    if not 0 <= p <= 1:
        raise ValueError(f"not a probability: {p}")
    if p in (0, 1):
        return inf if p else -inf
    return log(p / (1 - p))


def expit(log_odds: float) -> float:
    """Return the probability of log odds, the inverse of ``logit``."""
    if log_odds >= 0:
        return 1 / (1 + exp(-log_odds))
    odds = exp(log_odds)
    return odds / (1 + odds)


def weighed(weight: float, log_odds: float) -> float:
    """Return weight times log odds, where a weight of 0 silences even a certain forecast."""
    return weight * log_odds if weight else 0.0


def probability_stderr(log_odds: float, stderr: float) -> float:
    """Return the standard error of a probability from that of its log odds, to first order: p (1 - p) stderr.

    A certain forecast does not say how sure it may be: its doubt is the widest that a probability can have, 0.5.
    """
    if isinf(log_odds):
        return WIDEST_STDERR
    p = expit(log_odds)
    return min(p * (1 - p) * stderr, WIDEST_STDERR)
