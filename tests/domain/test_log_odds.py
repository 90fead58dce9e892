from math import inf, isclose, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.log_odds import expit, logit, probability_stderr, weighed


@pytest.mark.parametrize(("p", "odds"), [(0.5, 0.0), (0.75, log(3)), (0.2, -log(4)), (0, -inf), (1, inf)])
def test_textbook_values(p, odds):
    assert logit(p) == pytest.approx(odds)
    assert expit(odds) == pytest.approx(p)


@given(st.floats(1e-9, 1 - 1e-9))
def test_expit_undoes_logit_and_mirrors(p):
    assert isclose(expit(logit(p)), p, rel_tol=1e-9)
    assert isclose(expit(-logit(p)), 1 - p, rel_tol=1e-6)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan"), 50])
def test_outside_the_unit_interval_is_no_probability(p):
    with pytest.raises(ValueError, match="not a probability"):
        logit(p)


def test_a_weight_of_nothing_silences_certainty():
    assert weighed(0.0, inf) == 0.0
    assert weighed(0.5, -inf) == -inf


@given(st.floats(-6, 6), st.floats(0.001, 0.1))
def test_the_stderr_is_the_slope_of_the_curve(odds, stderr):
    step = 1e-6
    slope = (expit(odds + step) - expit(odds - step)) / (2 * step)
    assert isclose(probability_stderr(odds, stderr), slope * stderr, rel_tol=1e-4)


def test_certainty_admits_no_measure_of_its_doubt():
    assert probability_stderr(inf, 0.0) == 0.5
