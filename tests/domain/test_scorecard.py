from math import inf

import pytest

from kalshi_desk.domain.scorecard import Scored, horizon_of, scorecard, skill_of


def scored(forecaster, p, *, estimate="E1", event="EV1", category="Climate", days=2.0, outcome=1, log_score=0.5):
    return Scored(forecaster, category, days, estimate, event, outcome, p, (p - outcome) ** 2, log_score)


RECORD = [
    scored("blended", 0.8), scored("price", 0.6), scored("gpt", 0.9),
    scored("blended", 0.3, estimate="E2", event="EV2", category="Politics", days=9, outcome=0),
    scored("price", 0.5, estimate="E2", event="EV2", category="Politics", days=9, outcome=0),
    scored("blended", 0.9, estimate="E3", event="EV3", category="Politics", days=0.5),
]  # fmt: skip


def lines():
    return {(line.kind, line.part, line.forecaster): line for line in scorecard(RECORD)}


def test_the_record_is_cut_by_category_and_horizon():
    assert {(kind, part) for kind, part, _ in lines()} == {
        ("all", "all"), ("category", "Climate"), ("category", "Politics"),
        ("horizon", "within a day"), ("horizon", "1 to 3 days"), ("horizon", "7 to 30 days"),
    }  # fmt: skip
    assert lines()["all", "all", "blended"].n == 3
    assert lines()["category", "Politics", "blended"].brier == pytest.approx((0.09 + 0.01) / 2)


def test_skill_compares_only_estimates_that_had_a_price():
    found = lines()["all", "all", "blended"].skill
    assert (found.n, found.clusters) == (2, 2)
    assert found.mean == pytest.approx(((0.16 - 0.04) + (0.25 - 0.09)) / 2)
    assert lines()["horizon", "within a day", "blended"].skill is None


def test_the_price_has_no_skill_against_itself():
    found = skill_of(RECORD, "price")
    assert (found.mean, found.low, found.high) == (0, 0, 0)


def test_an_infinite_log_score_is_not_hidden():
    assert scorecard([scored("gpt", 0.0, log_score=inf)])[0].log_score == inf


@pytest.mark.parametrize(
    ("days", "name"),
    [(0.2, "within a day"), (1, "within a day"), (1.01, "1 to 3 days"), (30, "7 to 30 days"), (31, "over 30 days")],
)
def test_horizons(days, name):
    assert horizon_of(days) == name


def test_no_record_has_no_lines():
    assert scorecard([]) == []
