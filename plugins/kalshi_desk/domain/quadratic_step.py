"""The best step on a parabola within a box and a few linear walls: what one Newton step of a climb asks for.

Source: the primal active-set method, Nocedal and Wright, "Numerical Optimization" (2006), section 16.5. Every step that
it passes through is allowed and higher than the one before, so that it may be left at any time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Flags = NDArray[np.bool_]
_ROUNDS_EACH = 4
_RIDGE = 1e-10
_FLAT, _STALLED = 1e-10, 1e-8
_TINY, _TOUCH, _PARALLEL = 1e-14, 1e-10, 1e-16


@dataclass(frozen=True)
class Parabola:
    """The height ``slope`` d - d ``curve`` d / 2 of a step d, with ``curve`` (n, n) positive semidefinite.

    Allowed is ``low`` <= d <= ``high`` and ``walls`` (m, n) d <= ``room`` (m,).
    """

    slope: Floats
    curve: Floats
    low: Floats
    high: Floats
    walls: Floats
    room: Floats

    def height(self, step: Floats) -> float:
        """Return the height of a step."""
        return float((self.slope - self.curve @ step / 2.0) @ step)


def best_step(hill: Parabola, start: Floats) -> tuple[Floats, Floats]:
    """Return the highest allowed step and the price of each wall, beginning at a step that is allowed."""
    system, step, released_at = _system(hill), start, None
    free, tight = (step > hill.low) & (step < hill.high), _left(hill, step) <= _TOUCH
    flat = _FLAT * float(np.abs(hill.slope).max())
    for _ in range(_ROUNDS_EACH * len(system)):
        slope = hill.slope - hill.curve @ step
        move, prices = _move(system, slope, free, tight)
        after = _after(hill, step, move, tight)
        if after is None:
            step = step + move
            pulls = np.append(
                np.where(free, 0.0, _inward(hill, step, slope - hill.curve @ move - prices @ hill.walls)), -prices
            )
            leaves = pulls > flat
            if not leaves.any():
                break
            if released_at is not None and np.abs(step - released_at).max() <= _STALLED:
                leaves = pulls == pulls.max()
            free, tight, released_at = free | leaves[: len(free)], tight & ~leaves[len(free) :], step
        else:
            step = after
            free = free & ~_at_wall(hill, step, move)
            tight = (_left(hill, step) <= _TOUCH) & (tight | (hill.walls @ move > 0))
    return step, prices


def _system(hill: Parabola) -> Floats:
    """Return the equations of the top along all walls, in the step and the walls' prices."""
    count, walls = len(hill.slope), len(hill.room)
    found = np.zeros((count + walls, count + walls))
    found[:count, :count], found[count:, :count], found[:count, count:] = hill.curve, hill.walls, hill.walls.T
    ridge = _RIDGE * max(_TINY, float(hill.curve.diagonal().max()))
    found[np.diag_indices_from(found)] += np.append(np.full(count, ridge), np.full(walls, -_PARALLEL))
    return found


def _move(system: Floats, slope: Floats, free: Flags, tight: Flags) -> tuple[Floats, Floats]:
    """Return the way to the top in the free coordinates along the tight walls, and the walls' prices."""
    active = np.flatnonzero(np.append(free, tight))
    found = np.zeros(len(system))
    aim = np.append(slope, np.zeros(len(tight)))[active]
    found[active] = np.linalg.solve(system[active][:, active], aim)
    return found[: len(free)], found[len(free) :]


def _after(hill: Parabola, step: Floats, move: Floats, tight: Flags) -> Floats | None:
    """Return where a move stops: bent along the box if that is higher, else at the first wall; None at its end."""
    bent = np.clip(step + move, hill.low, hill.high)
    if (hill.walls @ bent <= hill.room + _TOUCH).all():
        if (bent == step + move).all():
            return None
        if hill.height(bent) > hill.height(step):
            return bent
    return np.clip(step + _share(hill, step, move, tight) * move, hill.low, hill.high)


def _share(hill: Parabola, step: Floats, move: Floats, tight: Flags) -> float:
    """Return how much of a move the first wall leaves of it."""
    ahead = np.where(move > 0, hill.high - step, step - hill.low)
    ways = np.append(np.abs(move), np.where(tight, 0.0, hill.walls @ move))
    rooms = np.append(ahead, _left(hill, step))
    blocks = ways > rooms
    return float((rooms[blocks] / ways[blocks]).min(initial=1.0))


def _left(hill: Parabola, step: Floats) -> Floats:
    """Return the room that a step leaves before each wall."""
    return np.maximum(hill.room - hill.walls @ step, 0.0)


def _at_wall(hill: Parabola, step: Floats, move: Floats) -> Flags:
    low, high = step - hill.low <= _TINY, hill.high - step <= _TINY
    return np.asarray((low & (move < 0)) | (high & (move > 0)))


def _inward(hill: Parabola, step: Floats, slope: Floats) -> Floats:
    """Return how much the slope pulls each coordinate where the box leaves it room."""
    return np.where(slope > 0, np.where(step < hill.high, slope, 0.0), np.where(step > hill.low, -slope, 0.0))
