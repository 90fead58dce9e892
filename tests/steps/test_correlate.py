import numpy as np
import pytest

from kalshi_desk.domain.correlation import SAME_EVENT, Subject
from kalshi_desk.domain.market import Outcome
from kalshi_desk.steps.correlate import Stake, cluster_of, correlate, groups, pair, pairs_above, too_alike, unpriced

APART = np.eye(3)


def subject(ticker, event="E", series="S", title="", **changes):
    base = {"exclusive": False, "p_yes": 0.5}
    return Subject(ticker=ticker, event_ticker=event, series_ticker=series, title=title, **base | changes)


SUBJECTS = [subject("A"), subject("B"), subject("C", "F", "T")]


def test_pairs_have_one_order():
    assert pair("B", "A") == pair("A", "B") == ("A", "B")


def test_without_prices_kinship_and_titles_decide():
    matrix = unpriced(SUBJECTS, APART)
    assert pairs_above(["A", "B", "C"], matrix, 0.2) == {("A", "B"): pytest.approx(SAME_EVENT, abs=0.01)}
    assert groups(["A", "B", "C"], matrix, 0.5) == [["A", "B"]]
    assert groups(["A", "B", "C"], matrix, 0.9) == []


def test_prices_that_moved_apart_overrule_kinship():
    rng = np.random.default_rng(1)
    steps = rng.normal(0, 0.1, 400).cumsum()
    mids = 1 / (1 + np.exp(-np.column_stack([steps, -steps, rng.normal(0, 0.1, 400).cumsum()])))
    matrix = correlate(SUBJECTS, APART, mids)
    assert matrix[0, 1] < -0.8
    assert abs(matrix[0, 2]) < 0.2


KNOWN = {("A", "B"): 0.8, ("A", "C"): -0.9, ("B", "C"): 0.7}
YES, NO = Outcome.YES, Outcome.NO


@pytest.mark.parametrize(
    ("wish", "held", "value"),
    [
        (Stake("A", YES), [Stake("B", YES)], "B 0.80"),
        (Stake("A", NO), [Stake("B", NO)], "B 0.80"),
        (Stake("A", YES), [Stake("B", NO)], None),
        (Stake("A", YES), [Stake("C", NO), Stake("B", YES)], "C 0.90"),
        (Stake("B", YES), [Stake("C", YES)], None),
        (Stake("A", YES), [Stake("A", YES)], None),
        (Stake("A", YES), [Stake("D", YES)], None),
        (Stake("A", YES), [], None),
    ],
)
def test_what_wins_and_loses_together_is_refused_by_name_and_value(wish, held, value):
    breach = too_alike(wish, held, KNOWN, limit=0.7)
    assert (None if breach is None else breach.value) == value
    if breach is not None:
        assert (breach.reason, breach.threshold) == ("too_correlated", "0.70")


def test_a_cluster_is_what_strong_correlations_connect():
    known = {("A", "B"): 0.5, ("B", "C"): -0.6, ("C", "D"): 0.49, ("E", "F"): 0.9}
    assert cluster_of("A", known, least=0.5) == ("B", "C")
    assert cluster_of("C", known, least=0.5) == ("A", "B")
    assert cluster_of("D", known, least=0.5) == ()
    assert cluster_of("A", {}, least=0.5) == ()
