import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from kalshi_desk.domain.joint_entry import Beside, Claim, Tied, entry_share
from kalshi_desk.domain.joint_kelly import Scenarios, best_stakes
from kalshi_desk.domain.kelly import kelly_fraction

odds = st.floats(0.05, 0.95)


def bet(p, cost, *, staked=1.0, low=0.0):
    """A bet that pays on a range of length p."""
    return Claim(low, low + p, staked * (1 / cost - 1), -staked)


@given(odds, odds)
def test_alone_it_is_kelly(p, cost):
    assert entry_share(bet(p, cost), Beside()) == pytest.approx(kelly_fraction(p_win=p, cost=cost), abs=1e-8)


@given(st.floats(0.3, 0.9), st.floats(0.01, 0.2), st.floats(0.0, 1.0))
def test_what_is_held_of_the_same_bet_is_not_bought_again(p, edge, held):
    whole = kelly_fraction(p_win=p, cost=p - edge)
    beside = Beside(same=(bet(p, p - edge, staked=held * whole),))
    assert entry_share(bet(p, p - edge), beside) == pytest.approx((1 - held) * whole, abs=1e-7)


def test_an_exclusive_outcome_held_allows_more_and_an_easier_threshold_less():
    alone = entry_share(bet(0.3, 0.25), Beside())
    excluded = entry_share(bet(0.3, 0.25), Beside(same=(bet(0.3, 0.28, staked=0.05, low=0.3),)))
    easier = entry_share(bet(0.3, 0.25), Beside(same=(bet(0.5, 0.48, staked=0.05),)))
    assert easier < alone < excluded


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(odds, odds, st.floats(0.0, 0.05), st.booleans()), max_size=4),
    st.floats(0.4, 0.7),
    st.floats(0, 4),
)
def test_a_ladder_is_the_joint_optimum_over_its_scenarios(ladder, p, power):
    """The cells between the thresholds are all that can happen: the general solver finds the same stake."""
    held = tuple(
        bet(q, cost, staked=staked) if yes else Claim(0.0, q, -staked, staked * (1 / cost - 1))
        for q, cost, staked, yes in ladder
    )
    entry = bet(p, p - 0.05)
    edges = np.unique([0.0, 1.0, p, *(claim.high for claim in held)])
    middles, lengths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    wealth = 1 + sum((claim.gain(middles) for claim in held), np.zeros(len(middles)))
    # growth from a wealth of w is that of returns r / w from a wealth of 1
    law = Scenarios(lengths, (entry.gain(middles) / wealth)[:, None])
    found = entry_share(entry, Beside(same=held), drawdown_lambda=power)
    best = float(best_stakes(law)[0])
    if power:
        safety = lengths @ (wealth + found * entry.gain(middles)) ** -power
        assert safety <= 1 + 1e-9 or found == 0.0
        assert found <= best + 1e-6
        return
    assert law.value(np.array([found]), 0.0) == pytest.approx(law.value(np.array([best]), 0.0), abs=1e-7)


@pytest.mark.parametrize("correlation", [-0.7, 0.0, 0.3, 0.85])
def test_a_tied_bet_is_weighed_as_the_bivariate_normal_says(correlation):
    p, q, cost, held = 0.6, 0.45, 0.55, bet(0.45, 0.4, staked=0.1)
    both = float(multivariate_normal.cdf(norm.ppf([p, q]), cov=[[1, correlation], [correlation, 1]]))
    chances = np.array([both, p - both, q - both, 1 - p - q + both])
    wins, other = np.array([True, True, False, False]), np.array([True, False, True, False])
    wealth = 1 + np.where(other, held.inside, held.outside)
    law = Scenarios(chances, (np.where(wins, 1 / cost - 1, -1.0) / wealth)[:, None])
    found = entry_share(bet(p, cost), Beside(tied=(Tied(correlation, (held,)),)))
    assert found == pytest.approx(float(best_stakes(law)[0]), abs=2e-4)


def test_an_untied_bet_hardly_counts_and_a_close_one_does():
    held = bet(0.6, 0.55, staked=0.1)
    shares = [entry_share(bet(0.6, 0.55), Beside(tied=(Tied(c, (held,)),))) for c in (0.0, 0.5, 0.9)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == pytest.approx(1 / 9, abs=3e-3)


def test_twenty_five_others_are_no_harder_than_one():
    many = tuple(Tied(0.1, (bet(0.5, 0.5, staked=0.01),)) for _ in range(25))
    assert 0 < entry_share(bet(0.6, 0.55), Beside(tied=many)) < entry_share(bet(0.6, 0.55), Beside())


def test_what_is_lost_shrinks_the_stake_in_proportion():
    alone = entry_share(bet(0.6, 0.5), Beside())
    assert entry_share(bet(0.6, 0.5), Beside(lost=0.25)) == pytest.approx(0.75 * alone, abs=1e-9)


def test_the_drawdown_constraint_binds_exactly_and_counts_what_is_held():
    entry, power = bet(0.6, 0.5), 3.0
    share = entry_share(entry, Beside(), drawdown_lambda=power)
    assert 0.6 * (1 + share) ** -power + 0.4 * (1 - share) ** -power == pytest.approx(1.0, abs=1e-9)
    assert share < entry_share(entry, Beside())
    assert entry_share(entry, Beside(same=(bet(0.4, 0.5, staked=0.2),)), drawdown_lambda=power) == 0.0


def test_a_sure_thing_takes_all_but_a_rest():
    assert entry_share(Claim(0.0, 1.0, 0.25, -1.0), Beside()) == pytest.approx(0.999)


@settings(deadline=None)
@given(st.sampled_from([0.0, 1e-17, 1e-13, 0.5, 1 - 1e-13, 1 - 2**-53, 1.0]), st.floats(-1, 1))
def test_cells_of_no_length_are_none(edge, correlation):
    beside = Beside(same=(Claim(0.0, edge, 0.01, -0.01),), tied=(Tied(correlation, (Claim(edge, 1.0, 0.01, -0.01),)),))
    assert 0 < entry_share(bet(0.6, 0.5), beside) < 0.3


def test_where_all_may_be_lost_there_is_no_optimum():
    with pytest.raises(ValueError, match=r"may lose 1\.2000"):
        entry_share(bet(0.6, 0.5), Beside(lost=0.7, same=(bet(0.5, 0.5, staked=0.5),)))
