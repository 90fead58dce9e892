"""Random numbers without a generator: each is a function of its key alone, so any of them can be asked at any time."""

from __future__ import annotations

from hashlib import blake2b
from statistics import NormalDist

_SPAN = 1 << 64
_NORMAL = NormalDist()
Key = str | int


def uniform(*key: Key) -> float:
    """Return a number of (0, 1), the same for the same key."""
    text = "/".join(map(str, key)).encode()
    return (int.from_bytes(blake2b(text, digest_size=8).digest(), "big") + 0.5) / (_SPAN + 1)


def gauss(*key: Key) -> float:
    """Return a standard normal number, the same for the same key."""
    return _NORMAL.inv_cdf(min(max(uniform(*key), 1e-15), 1 - 1e-15))


def below(count: int, *key: Key) -> int:
    """Return a whole number of 0 to ``count`` - 1, the same for the same key."""
    return min(count - 1, int(uniform(*key) * count))


def normal_cdf(value: float) -> float:
    """Return the standard normal distribution function."""
    return _NORMAL.cdf(value)
