import pytest

from kalshi_desk.batch.calibration import answered, fit_calibrations, known_calibrations, still_open
from kalshi_desk.batch.desk import run_of
from tests.batch.forecasts import DAY, add_estimate, add_market, add_score, at, open_account, rows, run_after
from tests.batch.reruns import everything

pytestmark = pytest.mark.embedded
P = {"gpt": 0.7, "claude": 0.6, "price": 0.5}


@pytest.fixture
def desk(paper_desk):
    """Thirty-two markets estimated twice and answered a day apart from each other, two thirds of them YES."""
    open_account(paper_desk)
    for n in range(32):
        add_market(paper_desk, f"M{n}", settled=n + 0.5, result="yes" if n % 3 else "no")
        for days in (n + 0.1, n + 0.2):
            add_estimate(paper_desk, f"M{n}", days=days, p=P)
            add_score(paper_desk, f"M{n}", days=days, outcome=int(n % 3 > 0), known=n + 0.9)
    return paper_desk


def stored(url):
    return rows(url, "select category, fitted_at, resolutions, parameters::text from desk.calibrations order by 2, 1")


def test_a_run_fits_each_category_and_all_of_them_from_one_estimate_a_market(desk):
    assert fit_calibrations(run_after(40), DAY) == 2
    assert [row[:3] for row in stored(desk)] == [("*", at(40), 32), ("climate", at(40), 32)]


def test_only_answers_known_at_the_runs_time_teach(desk):
    fit_calibrations(run_after(25), DAY)
    assert [row[2] for row in stored(desk)] == [25, 25]
    with run_of(run_after(25), DAY) as run:
        assert max(question.resolved_at for question in answered(run)) <= run.now


def test_a_rerun_changes_no_row(desk):
    for days in (25, 40):
        fit_calibrations(run_after(days), DAY)
    before = stored(desk)
    fit_calibrations(run_after(25), DAY)
    assert stored(desk) == before


def test_a_rerun_learns_nothing_from_what_was_written_since(desk):
    fit_calibrations(run_after(25), DAY)
    for n in range(20):
        add_market(desk, f"LATE{n}", settled=24.5, result="no")
        add_estimate(desk, f"LATE{n}", days=24.1, p=P)
        add_score(desk, f"LATE{n}", days=24.1, outcome=0, known=24.9)
    fit_calibrations(run_after(40), DAY)
    before = everything(desk)
    assert fit_calibrations(run_after(25), DAY) == 2
    assert everything(desk) == before


def test_a_backfill_in_any_order_gives_what_the_days_gave(desk):
    for days in (24, 25, 26):
        fit_calibrations(run_after(days), DAY)
    before = stored(desk)
    for days in (26, 24, 25):
        fit_calibrations(run_after(days), DAY)
    assert stored(desk) == before


@pytest.mark.parametrize("days", [0.5, 19.5])
def test_before_there_are_answers_enough_nothing_is_written(desk, days):
    assert fit_calibrations(run_after(days), DAY) == 0
    assert stored(desk) == []


def test_answers_among_many_open_markets_do_not_teach(desk):
    for n in range(40):
        add_market(desk, f"OPEN{n}", settled=None if n % 2 else 50, result=None if n % 2 else "no")
        add_estimate(desk, f"OPEN{n}", days=0.05, p=P)
    add_market(desk, "VOID", settled=3, result="scalar")
    add_estimate(desk, "VOID", days=0.05, p=P)
    with run_of(run_after(40), DAY) as run:
        assert len(still_open(run)) == 40
    assert fit_calibrations(run_after(40), DAY) == 0


def test_the_newest_known_calibrations_are_those_fitted_by_then(desk):
    for days in (25, 40):
        fit_calibrations(run_after(days), DAY)
    with run_of(run_after(26), DAY) as run:
        known = known_calibrations(run)
    assert {name: one.resolutions for name, one in known.items()} == {"*": 25, "climate": 25}
    assert known["climate"].fitted_at.datetime() == at(25)
