import pytest

from kalshi_desk.batch.calibration import answered, fit_calibrations, known_calibrations
from kalshi_desk.batch.desk import run_of
from tests.batch.forecasts import DAY, add_estimate, add_market, add_score, at, open_account, rows, run_after

pytestmark = pytest.mark.embedded
P = {"gpt": 0.7, "claude": 0.6, "price": 0.5}


@pytest.fixture
def desk(paper_desk):
    """Twelve markets estimated twice and answered a day apart from each other, eight of them YES."""
    open_account(paper_desk)
    for n in range(12):
        add_market(paper_desk, f"M{n}", settled=n + 0.5, result="yes" if n % 3 else "no")
        for days in (n + 0.1, n + 0.2):
            add_estimate(paper_desk, f"M{n}", days=days, p=P)
            add_score(paper_desk, f"M{n}", days=days, outcome=int(n % 3 > 0), known=n + 0.9)
    return paper_desk


def stored(url):
    return rows(url, "select category, fitted_at, resolutions, parameters::text from desk.calibrations order by 2, 1")


def test_a_run_fits_each_category_and_all_of_them_from_one_estimate_a_market(desk):
    assert fit_calibrations(run_after(20), DAY) == 2
    assert [row[:3] for row in stored(desk)] == [("*", at(20), 12), ("climate", at(20), 12)]


def test_only_answers_known_at_the_runs_time_teach(desk):
    fit_calibrations(run_after(5), DAY)
    assert [row[2] for row in stored(desk)] == [5, 5]
    with run_of(run_after(5), DAY) as run:
        assert max(question.resolved_at for question in answered(run)) <= run.now


def test_a_rerun_changes_no_row(desk):
    for days in (5, 20):
        fit_calibrations(run_after(days), DAY)
    before = stored(desk)
    fit_calibrations(run_after(5), DAY)
    assert stored(desk) == before


def test_a_backfill_in_any_order_gives_what_the_days_gave(desk):
    for days in (4, 5, 6):
        fit_calibrations(run_after(days), DAY)
    before = stored(desk)
    for days in (6, 4, 5):
        fit_calibrations(run_after(days), DAY)
    assert stored(desk) == before


def test_before_the_first_answer_nothing_is_written(desk):
    assert fit_calibrations(run_after(0.5), DAY) == 0
    assert stored(desk) == []


def test_the_newest_known_calibrations_are_those_fitted_by_then(desk):
    for days in (5, 20):
        fit_calibrations(run_after(days), DAY)
    with run_of(run_after(6), DAY) as run:
        known = known_calibrations(run)
    assert {name: one.resolutions for name, one in known.items()} == {"*": 5, "climate": 5}
    assert known["climate"].fitted_at.datetime() == at(5)
