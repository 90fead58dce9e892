"""The highest point of a smooth concave function over a box that begins at zero, by Newton steps along its walls.

Source: Bertsekas, "Projected Newton methods for optimization problems with simple constraints" (1982): coordinates at a
wall, or so near it that the slope would press them against it, follow the slope; the others take the Newton step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
_STEPS, _HALVINGS = 200, 60
_NEAR_WALL = 1e-6
_RISE = 1e-4
_RIDGE = 1e-13
_LEAST_RISE = 1e-13
_FLAT = 1e-9


class Hill(Protocol):
    """A concave function; minus infinity where it is not defined."""

    def value(self, point: Floats) -> float:
        """Return the height at a point."""

    def slope(self, point: Floats) -> Floats:
        """Return the gradient at a point."""

    def curve(self, point: Floats, among: Places) -> Floats:
        """Return the second derivatives in the coordinates ``among``."""


def highest_point(
    hill: Hill, *, start: Floats, highest: Floats, until: Callable[[Floats], bool] | None = None
) -> Floats:
    """Return the point of greatest height with every coordinate from 0 to ``highest``, or the first that is ``until``.

    ``start`` must be a point where the function is defined. Stops where no step raises it by more than rounding does;
    raises ValueError where that point is not reached.
    """
    point = start
    height = hill.value(point)
    for _ in range(_STEPS):
        slope = hill.slope(point)
        pull = float(np.abs(np.clip(point + slope, 0.0, highest) - point).max())
        if pull <= _FLAT:
            return point
        step = _step(hill, point, slope, highest=highest, pull=pull)
        found = _along(hill, point, slope, step, highest=highest, height=height)
        if found is None:
            return point
        risen, (point, height) = found[1] - height, found
        if risen <= _LEAST_RISE:
            return point
        if until is not None and until(point):
            return point
    raise ValueError(f"no highest point within {_STEPS} steps")


def _step(hill: Hill, point: Floats, slope: Floats, *, highest: Floats, pull: float) -> Floats:
    near = min(_NEAR_WALL, pull)
    held = ((point <= near) & (slope < 0)) | ((point >= highest - near) & (slope > 0))
    free = np.flatnonzero(~held)
    step = slope.copy()
    if len(free):
        curve = -hill.curve(point, free)
        curve[np.diag_indices_from(curve)] += _RIDGE * (_RIDGE + curve.diagonal())
        step[free] = np.linalg.solve(curve, slope[free])
    return step


def _along(
    hill: Hill, point: Floats, slope: Floats, step: Floats, *, highest: Floats, height: float
) -> tuple[Floats, float] | None:
    """Return the first point of the halved step, bent along the walls, that is higher; None where none is."""
    share = 1.0
    for _ in range(_HALVINGS):
        there = np.clip(point + share * step, 0.0, highest)
        reached = hill.value(there)
        if reached > height and reached >= height + _RISE * float(slope @ (there - point)):
            return there, reached
        share /= 2.0
    return None
