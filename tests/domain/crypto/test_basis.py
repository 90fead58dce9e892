import math
from statistics import fmean

import pytest

from kalshi_desk.domain.crypto.basis import PRIOR_STDERR, Basis


def taught(*errors):
    basis = Basis()
    for place, error in enumerate(errors):
        assert basis.learn(f"T{place}", strike=100.0 * math.exp(error), composite_mean=100.0)
    return basis


def test_knows_nothing_before_the_first_strike():
    assert Basis().factor is None
    with pytest.raises(ValueError, match="no strike"):
        _ = Basis().variance


def test_is_the_mean_of_what_the_strikes_say():
    errors = (1.0e-4, 1.4e-4, 0.6e-4, 2.0e-4)
    assert math.log(taught(*errors).factor) == pytest.approx(fmean(errors))


def test_one_strike_leaves_the_doubt_that_was_there():
    assert taught(1e-4).variance == pytest.approx(PRIOR_STDERR**2)


def test_its_doubt_falls_as_strikes_agree():
    few, many = taught(*[1e-4] * 3), taught(*[1e-4] * 30)
    assert few.variance > many.variance
    assert math.sqrt(many.variance) < 1e-5


def test_many_strikes_outweigh_the_prior():
    errors = [(-1) ** place * 2e-4 for place in range(400)]
    assert math.sqrt(taught(*errors).variance) == pytest.approx(2e-4 / math.sqrt(400), rel=0.01)


def test_a_strike_counts_once():
    basis = taught(1e-4)
    assert not basis.learn("T0", strike=200.0, composite_mean=100.0)
    assert basis.knows("T0")
    assert math.log(basis.factor) == pytest.approx(1e-4)


def test_prices_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        Basis().learn("T", strike=0.0, composite_mean=100.0)
