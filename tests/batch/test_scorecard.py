from math import inf

import pytest

from kalshi_desk.batch.desk import run_of
from kalshi_desk.batch.scorecard import read_scorecard, rows, score_estimates
from tests.batch import forecasts
from tests.batch.forecasts import HOUR, add_estimate, add_market, at, execute, open_account, run_after

pytestmark = pytest.mark.embedded
P = {"gpt": 0.7, "claude": 1.0, "price": 0.5, "base_rate": 0.2, "blended": 0.6}


@pytest.fixture
def desk(paper_desk):
    """A market settled NO at noon of day 3 with two estimates, one settled void, and one still open."""
    open_account(paper_desk)
    add_market(paper_desk, "NO", settled=3.5, result="no")
    add_market(paper_desk, "VOID", settled=3.5, result="void")
    add_market(paper_desk, "OPEN")
    for ticker, days in (("NO", 1), ("NO", 2), ("NO", 3.6), ("VOID", 1), ("OPEN", 1)):
        add_estimate(paper_desk, ticker, days=days, p=P)
    return paper_desk


def stored(url):
    return forecasts.rows(url, "select * from desk.estimate_scores order by estimate_id, forecaster")


def test_every_estimate_made_before_the_answer_is_scored_with_all_its_forecasters(desk):
    assert score_estimates(run_after(3.6), HOUR) == 2
    found = {(row[0], row[4]): row for row in stored(desk)}
    names = {"gpt", "claude", "ensemble", "calibrated", "blended", "price", "base_rate"}
    assert set(found) == {(estimate, name) for estimate in ("NO-1", "NO-2") for name in names}
    price = found["NO-1", "price"]
    assert price[5:9] == (19.0, 0, 0.5, 0.25)
    assert price[-1] == at(3.6)


def test_a_certain_forecast_that_failed_has_an_infinite_log_score(desk):
    score_estimates(run_after(3.6), HOUR)
    scores = {(row[0], row[4]): row[9] for row in stored(desk)}
    assert scores["NO-1", "claude"] == inf


def test_nothing_settled_before_the_runs_time_means_no_score(desk):
    assert score_estimates(run_after(3.4), HOUR) == 0
    assert stored(desk) == []


def test_a_rerun_changes_no_row_and_a_later_run_scores_nothing_twice(desk):
    score_estimates(run_after(3.6), HOUR)
    before = stored(desk)
    assert score_estimates(run_after(3.7), HOUR) == 0
    assert score_estimates(run_after(3.6), HOUR) == 2
    assert stored(desk) == before


def test_a_corrected_result_is_scored_anew(desk):
    score_estimates(run_after(3.6), HOUR)
    execute(desk, "update desk.markets set result = 'yes' where ticker = 'NO'")
    assert score_estimates(run_after(3.6), HOUR) == 2
    assert {row[6] for row in stored(desk)} == {1}


def test_a_result_taken_back_takes_its_scores_with_it(desk):
    score_estimates(run_after(3.6), HOUR)
    execute(desk, "update desk.markets set result = 'void' where ticker = 'NO'")
    assert score_estimates(run_after(4), HOUR) == 0
    assert stored(desk) == []


def test_a_forecaster_that_said_nothing_has_no_row():
    found = list(rows(("E", "T", "Climate", 3.0, 1, {"gpt": 0.7}, 0.7, 0.7, 0.6, None, None)))
    assert [row["forecaster"] for row in found] == ["gpt", "ensemble", "calibrated", "blended"]
    assert found[0]["brier"] == pytest.approx(0.09)


def test_the_scorecard_reads_what_was_known_then(desk):
    score_estimates(run_after(3.6), HOUR)
    with run_of(run_after(3.5), HOUR) as run:
        assert read_scorecard(run) == []
    with run_of(run_after(3.6), HOUR) as run:
        lines = {(line.kind, line.part, line.forecaster): line for line in read_scorecard(run)}
    assert lines["category", "Climate", "price"].brier == pytest.approx(0.25)
    assert lines["horizon", "7 to 30 days", "blended"].n == 2
    assert lines["all", "all", "blended"].skill.mean == pytest.approx(0.25 - 0.36)
