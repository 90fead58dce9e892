from math import inf

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from kalshi_desk.batch.scorecard import rows, score_estimates, score_or_skip
from tests.batch import forecasts
from tests.batch.forecasts import HOUR, add_estimate, add_market, at, execute, open_account, run_after
from tests.batch.reruns import everything

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
    assert score_estimates(run_after(3.7), HOUR) == 2
    assert {(row[6], row[-1]) for row in stored(desk)} == {(1, at(3.7))}


def test_a_rerun_scores_nothing_that_settled_late_and_brings_no_corrected_score_back(desk):
    score_estimates(run_after(3.6), HOUR)
    execute(desk, "update desk.markets set result = 'yes', settled_at = %s where ticker = 'OPEN'", (at(3.55),))
    before = everything(desk)
    assert score_estimates(run_after(3.6), HOUR) == 2
    assert everything(desk) == before
    execute(desk, "update desk.markets set result = 'void' where ticker = 'NO'")
    assert score_estimates(run_after(3.7), HOUR) == 1
    before = everything(desk)
    score_estimates(run_after(3.6), HOUR)
    assert everything(desk) == before


def test_a_run_without_anything_to_score_is_skipped(desk):
    with pytest.raises(AirflowSkipException, match="no estimate has settled"):
        score_or_skip(run_after(3.4), HOUR)
    assert score_or_skip(run_after(3.6), HOUR) == 2


def test_a_result_taken_back_takes_its_scores_with_it(desk):
    score_estimates(run_after(3.6), HOUR)
    execute(desk, "update desk.markets set result = 'void' where ticker = 'NO'")
    assert score_estimates(run_after(4), HOUR) == 0
    assert stored(desk) == []


def test_a_forecaster_that_said_nothing_has_no_row():
    found = list(rows(("E", "T", "Climate", 3.0, 1, {"gpt": 0.7}, 0.7, 0.7, 0.6, None, None)))
    assert [row["forecaster"] for row in found] == ["gpt", "ensemble", "calibrated", "blended"]
    assert found[0]["brier"] == pytest.approx(0.09)
