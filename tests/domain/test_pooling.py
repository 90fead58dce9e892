from math import exp, inf, log, prod, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.log_odds import expit
from kalshi_desk.domain.pooling import pool, present_weights, weighted_mean

WEIGHTS = {"gpt": 0.55, "claude": 0.45}
probabilities = st.floats(0.01, 0.99)
samples = st.lists(st.tuples(st.sampled_from(["gpt", "claude"]), probabilities), min_size=1, max_size=8)


def test_weights_are_renormalised_over_those_present():
    assert present_weights(WEIGHTS, ["claude"]) == {"claude": 1.0}
    assert present_weights(WEIGHTS, ["gpt", "claude", "expert"]) == pytest.approx(WEIGHTS)
    assert present_weights(WEIGHTS, ["expert", "crowd"]) == {"expert": 0.5, "crowd": 0.5}
    assert present_weights({"gpt": 1.0, "claude": 0.0}, ["gpt", "claude"]) == {"gpt": 1.0}


@given(probabilities, probabilities)
def test_one_sample_each_is_the_geometric_mean_of_the_odds(gpt, claude):
    odds = prod((p / (1 - p)) ** WEIGHTS[name] for name, p in (("gpt", gpt), ("claude", claude)))
    mix = pool([("gpt", gpt), ("claude", claude)], WEIGHTS)
    assert expit(mix.log_odds) == pytest.approx(odds / (1 + odds))


@given(samples)
def test_the_mirrored_samples_give_the_mirrored_mix(drawn):
    mix, mirrored = pool(drawn, WEIGHTS), pool([(name, 1 - p) for name, p in drawn], WEIGHTS)
    assert mirrored.log_odds == pytest.approx(-mix.log_odds, abs=1e-9)
    assert mirrored.stderr == pytest.approx(mix.stderr)


@given(samples, st.randoms(use_true_random=False))
def test_the_order_of_samples_does_not_matter(drawn, random):
    shuffled = random.sample(drawn, len(drawn))
    assert pool(shuffled, WEIGHTS).log_odds == pytest.approx(pool(drawn, WEIGHTS).log_odds, abs=1e-9)


@given(samples)
def test_the_mix_lies_among_the_vendors(drawn):
    mix = pool(drawn, WEIGHTS)
    assert min(mix.vendors.values()) - 1e-9 <= mix.log_odds <= max(mix.vendors.values()) + 1e-9
    assert mix.stderr > 0


def test_the_standard_error_against_the_formula_by_hand():
    drawn = [("gpt", 0.6), ("gpt", 0.7), ("claude", 0.5), ("claude", 0.5)]
    low, high = log(1.5), log(7 / 3)
    mean = (low + high) / 2
    noise_gpt = (0.09 + (low - mean) ** 2 + (high - mean) ** 2) / 2 / 2
    noise_claude = 0.09 / 2 / 2
    between = (0.09 + 2 * (mean / 2) ** 2) / 2
    expected = sqrt(0.55**2 * (between + noise_gpt) + 0.45**2 * (between + noise_claude))
    assert pool(drawn, WEIGHTS).stderr == pytest.approx(expected)


def test_a_missing_vendor_widens_and_more_samples_narrow():
    both, alone = pool([("gpt", 0.6), ("claude", 0.6)], WEIGHTS), pool([("gpt", 0.6)], WEIGHTS)
    assert alone.log_odds == pytest.approx(both.log_odds)
    assert alone.stderr > 1.3 * both.stderr
    assert pool([("gpt", 0.6)] * 4, WEIGHTS).stderr < alone.stderr


def test_vendors_who_disagree_widen():
    assert (
        pool([("gpt", 0.9), ("claude", 0.2)], WEIGHTS).stderr
        > 2 * pool([("gpt", 0.5), ("claude", 0.5)], WEIGHTS).stderr
    )


def test_the_noisier_vendor_counts_less():
    steady, torn = [("claude", 0.4)] * 4, [("gpt", 0.2), ("gpt", 0.99), ("gpt", 0.2), ("gpt", 0.99)]
    mix = pool(torn + steady, WEIGHTS)
    plain = weighted_mean(mix.vendors, WEIGHTS)
    assert abs(mix.log_odds - mix.vendors["claude"]) < abs(plain - mix.vendors["claude"])


def test_certainty_stays_certain_and_contradiction_is_refused():
    assert pool([("gpt", 1.0), ("claude", 0.3)], WEIGHTS).log_odds == inf
    for drawn in ([("gpt", 0.0), ("claude", 1.0)], [("gpt", 0.0), ("gpt", 1.0)]):
        with pytest.raises(ValueError, match="certain of opposite"):
            pool(drawn, WEIGHTS)


def test_nothing_to_pool_is_refused():
    with pytest.raises(ValueError, match="no forecast"):
        weighted_mean({}, WEIGHTS)
    with pytest.raises(ValueError, match="no forecast"):
        pool([], WEIGHTS)


def test_a_textbook_mix():
    assert weighted_mean({"gpt": log(4), "claude": 0.0}, {"gpt": 0.5, "claude": 0.5}) == pytest.approx(log(2))
    assert exp(log(2)) / (1 + exp(log(2))) == pytest.approx(2 / 3)
