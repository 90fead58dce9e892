import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize

from kalshi_desk.domain.logistic import Normal, fit_logistic


def drawn(seed, n=60):
    """Draw features with a column of ones, outcomes and an offset."""
    rng = np.random.default_rng(seed)
    features = np.column_stack([np.ones(n), rng.normal(0, 1.5, n)])
    offset = rng.normal(0, 0.5, n)
    outcomes = (rng.random(n) < 1 / (1 + np.exp(-(offset + features @ [0.3, 0.8])))).astype(float)
    return features, outcomes, offset


def slow_loss(theta, features, outcomes, offset, prior):
    """The negative log of likelihood times prior, point by point in plain Python."""
    import math

    total = 0.0
    for row, outcome, start in zip(features, outcomes, offset, strict=True):
        odds = start + sum(a * b for a, b in zip(row, theta, strict=True))
        p = 1 / (1 + math.exp(-odds))
        total -= math.log(p if outcome else 1 - p)
    return total + sum((t - m) ** 2 / (2 * v) for t, m, v in zip(theta, prior.mean, prior.variance, strict=True))


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_no_other_optimiser_finds_a_better_point(seed):
    features, outcomes, offset = drawn(seed)
    prior = Normal((0.1, 1.0), (0.5, 0.25))
    fitted = fit_logistic(features, outcomes, offset=offset, prior=prior)
    slow = minimize(slow_loss, [0.0, 0.0], (features, outcomes, offset, prior), method="Nelder-Mead", tol=1e-10)
    assert fitted.parameters == pytest.approx(slow.x, abs=1e-4)


def test_the_covariance_is_that_of_the_curvature_by_differences():
    features, outcomes, offset = drawn(3)
    prior = Normal((0.0, 1.0), (1.0, 1.0))
    fitted = fit_logistic(features, outcomes, offset=offset, prior=prior)
    step, at, axes = 1e-4, fitted.parameters, np.eye(2)

    def bent(i, j):
        signs = [(a, b) for a in (-1, 1) for b in (-1, 1)]
        losses = [
            slow_loss(at + step * (a * axes[i] + b * axes[j]), features, outcomes, offset, prior) for a, b in signs
        ]
        return sum(a * b * loss for (a, b), loss in zip(signs, losses, strict=True)) / (4 * step**2)

    hessian = np.array([[bent(i, j) for j in range(2)] for i in range(2)])
    assert fitted.covariance == pytest.approx(np.linalg.inv(hessian), rel=1e-3)
    assert fitted.stderr(1) == pytest.approx(np.sqrt(np.linalg.inv(hessian)[1, 1]), rel=1e-3)


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_the_evidence_is_the_integral_of_likelihood_and_prior(seed):
    features, outcomes, offset = drawn(seed)
    alone = features[:, 1:]
    prior = Normal((1.0,), (0.25,))

    def density(slope):
        return np.exp(100 - slow_loss([slope], alone, outcomes, offset, prior)) / np.sqrt(2 * np.pi * 0.25)

    fitted = fit_logistic(alone, outcomes, offset=offset, prior=prior)
    assert fitted.evidence == pytest.approx(np.log(quad(density, -2, 4)[0]) - 100, abs=0.02)


def test_outcomes_of_one_event_share_their_luck_and_others_do_not():
    features, outcomes, offset = (np.repeat(each, 4, axis=0) for each in drawn(5, n=300))
    prior = Normal((0.0, 1.0), (1.0, 1.0))

    def luck(events):
        return fit_logistic(features, outcomes, offset=offset, prior=prior, events=events).shared_luck

    assert luck(None) == pytest.approx(1)
    assert luck(np.arange(1_200)) == pytest.approx(1, abs=0.2)
    assert luck(np.repeat(np.arange(300), 4)) == pytest.approx(4, abs=0.8)


def test_without_observations_the_answer_is_the_prior():
    fitted = fit_logistic(np.empty((0, 2)), np.empty(0), offset=np.empty(0), prior=Normal((0.3, 0.7), (0.04, 0.09)))
    assert list(fitted.parameters) == [0.3, 0.7]
    assert np.diag(fitted.covariance) == pytest.approx([0.04, 0.09])


def test_outcomes_that_a_line_separates_still_have_an_answer():
    features = np.array([[-1.0], [1.0]] * 50)
    fitted = fit_logistic(features, np.array([0.0, 1.0] * 50), offset=np.zeros(100), prior=Normal((0.0,), (1.0,)))
    assert 1 < fitted.parameters[0] < 10


def test_odds_far_from_the_prior_are_reached_without_overflow():
    features, outcomes = np.full((20, 1), 300.0), np.array([1.0] * 19 + [0.0])
    fitted = fit_logistic(features, outcomes, offset=np.zeros(20), prior=Normal((5.0,), (100.0,)))
    assert 300 * fitted.parameters[0] == pytest.approx(np.log(19), abs=1e-3)


def test_certainty_teaches_no_odds():
    with pytest.raises(ValueError, match="certain"):
        fit_logistic(np.array([[np.inf]]), np.ones(1), offset=np.zeros(1), prior=Normal((0.0,), (1.0,)))


def test_the_robust_error_counts_events_and_is_about_the_plain_one_where_each_row_is_its_own():
    features, outcomes, offset = drawn(5, n=5_000)
    flat = Normal((0.0, 1.0), (100.0, 100.0))
    apart = fit_logistic(features, outcomes, offset=offset, prior=flat, events=np.arange(5_000))
    assert np.sqrt(np.diag(apart.robust)) == pytest.approx(np.sqrt(np.diag(apart.covariance)), rel=0.05)
    thrice = fit_logistic(
        np.repeat(features, 3, axis=0), np.repeat(outcomes, 3), offset=np.repeat(offset, 3), prior=flat,
        events=np.repeat(np.arange(5_000), 3),
    )  # fmt: skip
    assert thrice.stderr(1) == pytest.approx(apart.stderr(1), rel=0.05)
    assert thrice.covariance[1, 1] == pytest.approx(apart.covariance[1, 1] / 3, rel=0.05)
