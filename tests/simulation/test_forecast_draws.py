from statistics import fmean, pstdev

import pytest

from kalshi_desk.simulation.forecast_draws import below, gauss, normal_cdf, uniform


def test_a_number_depends_on_its_key_alone():
    assert uniform(7, "a", 1) == uniform(7, "a", 1)
    assert len({uniform(7, "a", 1), uniform(8, "a", 1), uniform(7, "b", 1), uniform(7, "a", 2)}) == 4


def test_uniform_and_normal_numbers_are_spread_as_they_should():
    shares = [uniform(1, place) for place in range(4_000)]
    assert all(0 < share < 1 for share in shares)
    assert fmean(shares) == pytest.approx(0.5, abs=0.02)
    normals = [gauss(1, place) for place in range(4_000)]
    assert (fmean(normals), pstdev(normals)) == (pytest.approx(0, abs=0.05), pytest.approx(1, abs=0.05))


def test_whole_numbers_reach_every_value_and_no_other():
    assert {below(4, 1, place) for place in range(200)} == {0, 1, 2, 3}


def test_the_normal_distribution_function():
    assert normal_cdf(0) == 0.5
    assert normal_cdf(1.96) == pytest.approx(0.975, abs=1e-4)
