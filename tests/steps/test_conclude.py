import pytest

from kalshi_desk.domain.asked import BaseRate
from kalshi_desk.domain.units import Cash
from kalshi_desk.steps.conclude import CallMade, conclude, disagreement, faults, p_base_rate, screened
from kalshi_desk.steps.estimate import LeftOut
from tests.forecasts import TICKER, due


def call(stage="full", vendor="gpt", p=0.6, fault=None, evidence_set=1):
    return CallMade(
        stage=stage, vendor=vendor, model=f"{vendor}-x", evidence_set=evidence_set, p_yes=p, fault=fault, cost=Cash(5)
    )


SCREEN = call("screen", p=0.6, evidence_set=0)


def test_the_full_answers_are_the_samples_and_the_first_look_is_none_of_them():
    samples = conclude(due(), [SCREEN, call(p=0.61), call(vendor="claude", p=0.55, evidence_set=2)], 0.05)
    assert [(each.vendor, each.evidence_set, each.p_yes) for each in samples] == [("gpt", 1, 0.61), ("claude", 2, 0.55)]


def test_one_vendor_down_leaves_the_other_alone():
    samples = conclude(due(), [SCREEN, call(p=None, fault="vendor_down"), call(vendor="claude", p=0.55)], 0.05)
    assert [each.vendor for each in samples] == ["claude"]


@pytest.mark.parametrize(
    ("calls", "left"),
    [
        ([], LeftOut(TICKER, "not_asked")),
        ([call("screen", p=None, fault="refusal")], LeftOut(TICKER, "no_answer", "gpt: refusal")),
        ([call("screen", p=0.43)], LeftOut(TICKER, "screened", "0.0100")),
        ([SCREEN], LeftOut(TICKER, "not_asked")),
        (
            [SCREEN, call(p=None, fault="timeout"), call(vendor="claude", p=None, fault="vendor_down")],
            LeftOut(TICKER, "no_answer", "claude: vendor_down; gpt: timeout"),
        ),
    ],
)
def test_without_an_answer_there_is_no_estimate_but_a_reason(calls, left):
    assert conclude(due(), calls, 0.05) == left


def test_the_first_look_is_that_of_the_vendor_that_answered():
    assert screened([call("screen", p=None, fault="timeout"), call("screen", "claude", 0.4)]) == 0.4


def test_faults_are_told_by_vendor_each_kind_once():
    calls = [call(p=None, fault="timeout"), call(p=None, fault="timeout"), call(p=None, fault="prose"), call()]
    assert faults(calls) == {"gpt": ["prose", "timeout"]}


def test_contradictory_evidence_shows_as_disagreement_of_the_sets():
    found = conclude(due(), [SCREEN, call(p=0.8), call(p=0.6), call(p=0.2, evidence_set=2)], 0.05)
    assert disagreement(found) == pytest.approx(0.5)
    assert disagreement(found[:2]) is None


@pytest.mark.parametrize(
    ("rates", "p"),
    [
        ([], None),
        ([BaseRate("series", "s", 9, 9)], None),
        ([BaseRate("series", "s", 10, 10)], 11 / 12),
        ([BaseRate("series", "s", 9, 9), BaseRate("category", "c", 98, 24)], 0.25),
        ([BaseRate("series", "s", 38, 9), BaseRate("category", "c", 98, 49)], 0.25),
    ],
)
def test_the_base_rate_is_the_series_where_enough_settled_else_the_categorys(rates, p):
    assert p_base_rate(rates) == p
