import pytest

from kalshi_desk.bench.figures import durations, figure


def test_a_figure_is_median_and_99th_percentile_in_milliseconds():
    found = figure("x", [number / 1_000 for number in range(1, 102)])
    assert (found.n, found.p50, found.p99) == (101, pytest.approx(51), pytest.approx(100))


def test_nothing_measured_is_no_figure():
    with pytest.raises(ValueError, match="nothing was measured for x"):
        figure("x", [])


def test_each_run_but_the_first_is_timed():
    runs = []
    found = durations(lambda: runs.append(1), 3)
    assert (len(runs), len(found)) == (4, 3)
    assert min(found) >= 0
