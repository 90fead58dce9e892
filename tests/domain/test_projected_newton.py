import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_desk.domain.projected_newton import highest_point


class Bowl:
    """-(x - top)' A (x - top) / 2."""

    def __init__(self, matrix, top):
        self.matrix, self.top = matrix, top

    def value(self, point):
        apart = point - self.top
        return float(-apart @ self.matrix @ apart / 2)

    def slope(self, point):
        return -self.matrix @ (point - self.top)

    def curve(self, point, among):
        return -self.matrix[np.ix_(among, among)]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 8))
def test_no_slope_leads_into_the_box_from_the_highest_point(seed, size):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(size, size))
    bowl = Bowl(root @ root.T + 0.1 * np.eye(size), rng.normal(size=size))
    highest = rng.uniform(0.1, 2.0, size)
    found = highest_point(bowl, start=np.zeros(size), highest=highest)
    assert ((found >= 0) & (found <= highest)).all()
    slope = bowl.slope(found)
    assert (slope[found <= 0] <= 1e-6).all()
    assert (slope[found >= highest] >= -1e-6).all()
    assert slope[(found > 0) & (found < highest)] == pytest.approx(0.0, abs=1e-6)


def test_a_climb_ends_where_it_is_told_to():
    bowl = Bowl(np.eye(2), np.array([3.0, 3.0]))
    found = highest_point(bowl, start=np.zeros(2), highest=np.full(2, 5.0), until=lambda point: point.sum() > 1)
    assert found.sum() > 1


def test_a_top_that_runs_away_is_an_error():
    class Slope(Bowl):
        def slope(self, point):
            return np.array([1e-3 * (-1) ** round(point[0] * 1e3)])

        def value(self, point):
            self.calls = getattr(self, "calls", 0) + 1
            return float(self.calls)

    with pytest.raises(ValueError, match="200 steps"):
        highest_point(Slope(np.eye(1), np.zeros(1)), start=np.array([0.5]), highest=np.array([1.0]))
