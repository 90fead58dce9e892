import json

import pytest

from kalshi_desk.batch.backtesting import Wish, questions_file, run_backtest
from kalshi_desk.domain.message import encode
from kalshi_desk.errors import ParseError
from tests.batch.forecasts import DAY, add_estimate, add_market, add_score, at, open_account, rows, run_after
from tests.batch.reruns import everything
from tests.questions import asked

pytestmark = pytest.mark.embedded
OWN = Wish(kind="forecasts", start_date=None, end_date=None, bankroll=50, questions=None)
NAME = "manual__2026-11-21T16:00:00+00:00"


@pytest.fixture
def desk(paper_desk):
    """Six markets estimated and answered a day apart from each other."""
    open_account(paper_desk)
    for n in range(6):
        add_market(paper_desk, f"M{n}", settled=n + 0.5, result="yes" if n % 2 else "no")
        add_estimate(paper_desk, f"M{n}", days=n + 0.1, p={"gpt": 0.7, "claude": 0.6, "price": 0.4})
        add_score(paper_desk, f"M{n}", days=n + 0.1, outcome=n % 2, known=n + 0.9)
    return paper_desk


def stored(url):
    found = rows(url, "select run_id, kind, parameters, result, html, started_at, finished_at from desk.backtest_runs")
    return sorted(found)


def test_a_run_over_the_desks_tables_stores_result_and_report(desk):
    path = run_backtest(run_after(20), DAY, run_id=NAME, wish=OWN)
    assert path == "/backtests/manual__2026-11-21T16%3A00%3A00%2B00%3A00"
    [(run_id, kind, parameters, result, html, started, finished)] = stored(desk)
    assert (run_id, kind, started, finished) == (NAME, "forecasts", at(20), at(20))
    assert (parameters["bankroll"], result["n"], result["bankroll"]) == (50, 6, 50)
    assert result["brier"]["gpt"] == pytest.approx((3 * 0.49 + 3 * 0.09) / 6)
    assert html.startswith("<!doctype html>")


def test_only_answers_known_when_the_run_was_due_count(desk):
    run_backtest(run_after(3), DAY, run_id=NAME, wish=OWN)
    assert stored(desk)[0][3]["questions"] == 3


def test_running_again_replaces_its_own_row_alone(desk):
    run_backtest(run_after(20), DAY, run_id="other", wish=OWN)
    run_backtest(run_after(20), DAY, run_id=NAME, wish=OWN)
    before = stored(desk)
    run_backtest(run_after(20), DAY, run_id=NAME, wish=OWN)
    assert stored(desk) == before
    assert len(before) == 2


def test_a_rerun_walks_the_questions_that_it_saw_first(desk):
    run_backtest(run_after(20), DAY, run_id=NAME, wish=OWN)
    add_market(desk, "LATE", settled=6.5, result="yes")
    add_estimate(desk, "LATE", days=6.1, p={"gpt": 0.7, "claude": 0.6, "price": 0.4})
    add_score(desk, "LATE", days=6.1, outcome=1, known=6.9)
    before = everything(desk)
    run_backtest(run_after(20), DAY, run_id=NAME, wish=OWN)
    assert everything(desk) == before


def test_a_file_of_the_folder_and_days(desk, tmp_path):
    folder = tmp_path / ".desk" / "questions"
    folder.mkdir(parents=True)
    lines = [
        encode(asked(name, on=on, answered=9, price=0.4, forecasts={"gpt": 0.5})) for name, on in (("a", 1), ("b", 4))
    ]
    (folder / "q.jsonl").write_bytes(b"\n".join(lines))
    wish = Wish(kind="forecasts", start_date="2026-01-02", end_date="2026-01-02", bankroll=75.5, questions="q.jsonl")
    run_backtest(run_after(20), DAY, run_id=NAME, wish=wish)
    result = stored(desk)[0][3]
    assert (result["questions"], result["n"], result["bankroll"]) == (1, 1, 75.5)
    assert json.loads(json.dumps(result["brier"]))["gpt"] == 0.25


def test_days_in_the_wrong_order_are_refused(desk):
    wish = Wish(kind="forecasts", start_date="2026-01-03", end_date="2026-01-02", bankroll=50, questions=None)
    with pytest.raises(ParseError, match="end_date lies before start_date"):
        run_backtest(run_after(20), DAY, run_id=NAME, wish=wish)
    assert stored(desk) == []


def test_before_the_first_answer_there_is_a_report_of_nothing(desk):
    run_backtest(run_after(0.2), DAY, run_id=NAME, wish=OWN)
    assert stored(desk)[0][3]["questions"] == 0


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b", "..", ".hidden", "", "q\n", "link"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(ParseError, match="name a file"):
        questions_file(folder, name)
    assert questions_file(folder, "a-b_1.jsonl") == folder / "a-b_1.jsonl"
