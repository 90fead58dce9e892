from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.fair_sample import ANSWERED_SHARE, LEAST_ANSWERS, fair_until

instants = st.lists(st.integers(0, 60), max_size=80)


def plainly(answered, still_open):
    """The same rule, instant by instant."""
    found = None
    for instant in sorted(set(answered)):
        own, others = (sum(asked <= instant for asked in group) for group in (answered, still_open))
        if own >= LEAST_ANSWERS and own / (own + others) >= ANSWERED_SHARE - 1e-12:
            found = instant
    return found


@given(instants, instants)
def test_it_is_the_rule_applied_instant_by_instant(answered, still_open):
    assert fair_until(answered, still_open) == plainly(answered, still_open)


def test_twenty_answers_and_nothing_open_are_fair_and_fewer_are_not():
    assert fair_until(list(range(20)), []) == 19
    assert fair_until(list(range(19)), []) is None
    assert fair_until([], [1, 2]) is None


def test_nine_tenths_are_enough_and_less_is_not():
    assert fair_until(list(range(36)), [0] * 4) == 35
    assert fair_until(list(range(36)), [0] * 5) is None


def test_early_answers_of_a_young_crowd_wait_for_it():
    old, young = list(range(30)), list(range(100, 200))
    assert fair_until([*old, *young[::3]], [each for each in young if each not in young[::3]]) == 103


def test_questions_asked_at_once_are_one_crowd():
    assert fair_until([5] * 30, [5] * 30) is None
    assert fair_until([5] * 30, [6] * 30) == 5
