"""Many samples of few models to one probability: the weighted mean of log odds, and how much to doubt it.

Source: Satopää et al. (2014), "Combining multiple probability predictions using a simple logit model"; the shrinkage of
noisy means is that of a random-effects model, DerSimonian and Laird (1986), with explicit priors for both spreads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isinf, isnan, sqrt

from kalshi_desk.domain.log_odds import logit, weighed

SAMPLE_SPREAD = 0.3
VENDOR_SPREAD = 0.3


@dataclass(frozen=True)
class Pooled:
    """The mix in log odds with its standard error, and each vendor's own mean, all in log odds."""

    log_odds: float
    stderr: float
    vendors: dict[str, float]


def present_weights(weights: Mapping[str, float], present: Sequence[str]) -> dict[str, float]:
    """Return the weights of those present, summing to 1; those without a weight count only where nobody has one."""
    known = {name: weights[name] for name in present if weights.get(name, 0) > 0}
    given = known or dict.fromkeys(present, 1.0)
    total = sum(given.values())
    return {name: weight / total for name, weight in given.items()}


def weighted_mean(log_odds: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the mean of log odds under the weights of those present.

    Raises ValueError without any, and where forecasts are certain of opposite outcomes.
    """
    if not log_odds:
        raise ValueError("no forecast to pool")
    shares = present_weights(weights, list(log_odds))
    mean = sum(weighed(share, log_odds[name]) for name, share in shares.items())
    if isnan(mean):
        raise ValueError(f"certain of opposite outcomes: {dict(log_odds)}")
    return mean


def pool(samples: Sequence[tuple[str, float]], weights: Mapping[str, float]) -> Pooled:
    """Pool samples (vendor, probability): each vendor's mean, shrunk towards the mix by how noisy it is, then the mix.

    The standard error has the vendors' spread and that of their samples, each with one observation of its prior
    (0.3 in log odds); with one vendor missing no second mean averages the vendors' spread away, so it is wider.
    Raises ValueError without samples, and where they are certain of opposite outcomes.
    """
    groups = _by_vendor(samples)
    means = {vendor: _mean(vendor, group) for vendor, group in groups.items()}
    shares = present_weights(weights, list(means))
    mix = weighted_mean(means, shares)
    if isinf(mix):
        return Pooled(mix, 0.0, means)
    noise = {vendor: _noise(groups[vendor]) for vendor in shares}
    between = _between([means[vendor] for vendor in shares])
    kept = {vendor: between / (between + noise[vendor]) for vendor in shares}
    shrunk = sum(share * (mix + kept[vendor] * (means[vendor] - mix)) for vendor, share in shares.items())
    stderr = sqrt(sum(share**2 * (between + noise[vendor]) for vendor, share in shares.items()))
    return Pooled(shrunk, stderr, means)


def _mean(vendor: str, log_odds: Sequence[float]) -> float:
    mean = sum(log_odds) / len(log_odds)
    if isnan(mean):
        raise ValueError(f"{vendor} is certain of opposite outcomes")
    return mean


def _by_vendor(samples: Sequence[tuple[str, float]]) -> dict[str, list[float]]:
    groups: dict[str, list[float]] = {}
    for vendor, p in samples:
        groups.setdefault(vendor, []).append(logit(p))
    return groups


def _noise(group: Sequence[float]) -> float:
    """Return the variance of a vendor's mean: that of its samples, one of them the prior's, over their number."""
    return (SAMPLE_SPREAD**2 + _squares(group)) / len(group) / len(group)


def _between(means: Sequence[float]) -> float:
    """Return the variance of a vendor about the truth that vendors share, one observation of it the prior's."""
    return (VENDOR_SPREAD**2 + _squares(means)) / len(means)


def _squares(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values)
