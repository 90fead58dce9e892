import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kalshi_desk.domain.correlation import (
    IDENTICAL,
    SAME_EVENT,
    SAME_SERIES,
    SAME_UNDERLYING,
    Subject,
    block_prior,
    clusters,
    co_movement,
    kinship,
    positive_definite,
    shrunk,
    underlyings,
)


def subject(ticker="A", event="E", series="S", title="", *, exclusive=False, p_yes=0.5):
    return Subject(
        ticker=ticker, event_ticker=event, series_ticker=series, title=title, exclusive=exclusive, p_yes=p_yes
    )


def test_underlyings_are_whole_words():
    assert underlyings("Will Bitcoin, or BTC, be above $90,000?") == {"bitcoin"}
    assert underlyings("Will the Fed cut before CPI?") == {"rates", "inflation"}
    assert underlyings("Will federal ethics rules pass?") == frozenset()


@pytest.mark.parametrize(
    ("other", "value"),
    [
        (subject("B"), SAME_EVENT),
        (subject("B", "F"), SAME_SERIES),
        (subject("B", "F", "T", "Gold above 3000?"), SAME_UNDERLYING),
        (subject("B", "F", "T", "Oil above 90?"), 0.0),
    ],
)
def test_the_closest_kinship_counts(other, value):
    one = subject(title="Will gold fall?")
    assert kinship(one, other) == kinship(other, one) == value


def test_outcomes_that_exclude_each_other_have_their_exact_correlation():
    one, other = subject(exclusive=True, p_yes=0.3), subject("B", exclusive=True, p_yes=0.2)
    rng = np.random.default_rng(1)
    drawn = rng.random(200_000)
    seen = np.corrcoef(drawn < 0.3, drawn > 0.8)[0, 1]
    assert kinship(one, other) == pytest.approx(seen, abs=0.01)
    assert kinship(one, subject("B", exclusive=True, p_yes=None)) == 0.0
    assert kinship(subject(exclusive=True), subject("B", exclusive=True)) == -1.0


def test_like_titles_count_where_they_say_more():
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    subjects = [subject("A", "E", "S"), subject("B", "F", "T"), subject("C", "F", "U")]
    prior = block_prior(subjects, vectors)
    assert prior[0, 1] == pytest.approx(IDENTICAL)
    assert prior[1, 2] == SAME_EVENT
    assert prior[0, 2] == 0.0
    assert np.array_equal(np.diag(prior), np.ones(3))


def test_exclusive_outcomes_are_not_alike_by_their_titles():
    pair = [subject(exclusive=True), subject("B", exclusive=True)]
    assert block_prior(pair, np.array([[1.0, 0.0], [1.0, 0.0]]))[0, 1] == -1.0


def test_no_market_has_no_correlations():
    assert block_prior([], np.zeros((0, 384))).shape == (0, 0)
    assert positive_definite(np.zeros((0, 0))).shape == (0, 0)


def test_co_movement_is_that_of_a_plain_loop():
    rng = np.random.default_rng(2)
    steps = rng.normal(size=(300, 1)) + rng.normal(size=(300, 3))
    mids = 1 / (1 + np.exp(-steps.cumsum(axis=0) * 0.01))
    mids[rng.random(mids.shape) < 0.3] = np.nan
    found, counts = co_movement(mids)
    changes = np.diff(np.log(mids / (1 - mids)), axis=0)
    x, y = changes[:, 0], changes[:, 1]
    both = ~np.isnan(x) & ~np.isnan(y)
    expected = (x[both] * y[both]).sum() / np.sqrt((x[both] ** 2).sum() * (y[both] ** 2).sum())
    assert found[0, 1] == pytest.approx(expected)
    assert counts[0, 1] == both.sum()


def test_quotes_that_stand_still_say_nothing():
    mids = np.column_stack([np.full(100, 0.5), np.linspace(0.4, 0.6, 100)])
    found, counts = co_movement(mids)
    assert found[0, 1] == counts[0, 1] == 0.0
    assert co_movement(np.full((1, 2), np.nan))[1].sum() == 0.0


def test_a_few_moments_leave_the_prior_and_many_overrule_it():
    prior, sample = np.array([[1.0, 0.8], [0.8, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    few, many = (shrunk(prior, sample, np.full((2, 2), float(count)))[0, 1] for count in (0, 3_000))
    assert (few, many) == (pytest.approx(0.8), pytest.approx(0.008, abs=1e-3))


def test_what_is_positive_definite_is_left_as_it_is():
    matrix = np.array([[1.0, 0.5], [0.5, 1.0]])
    assert positive_definite(matrix) is matrix


@given(arrays.arrays(float, (5, 5), elements=st.floats(-1, 1)))
def test_every_matrix_becomes_a_correlation_matrix(raw):
    matrix = (raw + raw.T) / 2
    np.fill_diagonal(matrix, 1.0)
    before = matrix.copy()
    found = positive_definite(matrix)
    assert np.linalg.eigvalsh(found)[0] > 0
    assert np.allclose(np.diag(found), 1.0)
    assert np.allclose(found, found.T)
    assert np.abs(found).max() <= 1 + 1e-9
    assert np.array_equal(matrix, before)


def test_clusters_are_what_is_connected_largest_first():
    matrix = np.eye(5)
    matrix[0, 2] = matrix[2, 0] = 0.7
    matrix[2, 4] = matrix[4, 2] = -0.9
    assert clusters(matrix, 0.7) == [[0, 2, 4], [1], [3]]
    assert clusters(matrix, 0.8) == [[2, 4], [0], [1], [3]]
