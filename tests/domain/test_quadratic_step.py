import clarabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from kalshi_desk.domain.quadratic_step import Parabola, best_step

seeds, sizes = st.integers(0, 100_000), st.integers(1, 12)


def drawn(seed, size, scale):
    """A parabola of fewer directions than coordinates at times, two coordinates of which may be one."""
    rng = np.random.default_rng(seed)
    parts = rng.normal(size=(rng.integers(size // 2 + 1, 40), size))
    parts[:, rng.integers(0, size)] = parts[:, 0]
    held = rng.uniform(0, 0.1, size) * (rng.random(size) < 0.5)
    over = rng.uniform(0, 0.1, size) * (rng.random(size) < 0.7)
    return Parabola(
        slope=scale * parts.mean(axis=0),
        curve=parts.T @ parts / len(parts),
        low=-held,
        high=over,
        walls=np.vstack([np.ones(size), rng.normal(size=size)]),
        room=rng.uniform(0, 0.1, 2) * (rng.random(2) < 0.7),
    )


def by_interior_points(hill):
    count = len(hill.slope)
    walls = np.vstack([-np.eye(count), np.eye(count), hill.walls])
    room = np.concatenate([-hill.low, hill.high, hill.room])
    options = clarabel.DefaultSettings()
    options.verbose = False
    curve = sparse.csc_matrix(np.triu(hill.curve))
    cones = [clarabel.NonnegativeConeT(len(room))]
    solver = clarabel.DefaultSolver(curve, -hill.slope, sparse.csc_matrix(walls), room, cones, options)
    return np.array(solver.solve().x)


@settings(deadline=None, max_examples=60)
@given(seeds, sizes, st.sampled_from([0.01, 1.0, 100.0]))
def test_no_allowed_step_is_higher(seed, size, scale):
    hill = drawn(seed, size, scale)
    step, prices = best_step(hill, np.zeros(size))
    assert ((step >= hill.low) & (step <= hill.high)).all()
    assert (hill.walls @ step <= hill.room + 1e-9).all()
    assert (prices >= -1e-8 * scale).all()
    assert hill.height(step) >= hill.height(by_interior_points(hill)) - 1e-7 * scale


def test_a_wall_has_a_price_where_it_binds_alone():
    free = Parabola(np.array([0.4]), np.eye(1), np.zeros(1), np.ones(1), np.ones((1, 1)), np.array([0.5]))
    step, prices = best_step(free, np.zeros(1))
    assert (step[0], prices[0]) == (pytest.approx(0.4), 0.0)
    bound = Parabola(np.array([0.4]), np.eye(1), np.zeros(1), np.ones(1), np.ones((1, 1)), np.array([0.1]))
    step, prices = best_step(bound, np.zeros(1))
    assert (step[0], prices[0]) == (pytest.approx(0.1), pytest.approx(0.3))


def test_the_walk_may_begin_anywhere_that_is_allowed():
    hill = drawn(3, 6, 1.0)
    lowest = best_step(Parabola(-hill.slope, hill.curve, hill.low, hill.high, hill.walls, hill.room), np.zeros(6))[0]
    assert hill.height(best_step(hill, lowest)[0]) == pytest.approx(hill.height(best_step(hill, np.zeros(6))[0]))
