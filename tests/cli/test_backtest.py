import json

import pytest

from kalshi_desk.domain.message import encode
from tests.batch.forecasts import add_estimate, add_market, add_score, open_account
from tests.cli.desk import run
from tests.questions import asked

QUESTIONS = [
    asked("a", price=0.40, outcome=1, forecasts={"gpt": 0.9, "claude": 0.9}),
    asked("b", on=2, answered=3, price=0.70, outcome=0, forecasts={"gpt": 0.6, "claude": 0.5, "llm": 0.4}),
    asked("c", on=4, answered=9, price=None, outcome=0, forecasts={"gpt": 0.2, "claude": 0.1}),
]


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "q.jsonl"
    path.write_bytes(b"\n".join(encode(question) for question in QUESTIONS))
    return path


def backtest(capsys, file, *words, bankroll="50"):
    return run(capsys, "backtest", "forecasts", "--questions", str(file), "--initial-bankroll", bankroll, *words)


def test_it_prints_the_result(capsys, file):
    code, out, err = backtest(capsys, file)
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert (result["n"], result["questions"]) == (2, 3)
    assert list(result["brier"]) == ["gpt", "claude", "mix", "calibrated", "blended", "price", "llm"]
    assert result["brier"]["gpt"] == pytest.approx((0.01 + 0.36) / 2)
    assert result["brier"]["price"] == pytest.approx((0.36 + 0.49) / 2)
    assert result["beside"]["llm"]["n"] == 1
    assert {"pnl", "fees", "trades", "sharpe", "max_drawdown", "win_rate", "by_category", "skill"} <= set(result)


def test_it_writes_the_result_and_bounds_the_days(capsys, file, tmp_path):
    words = ("--start-date", "2026-01-03", "--end-date", "2026-01-03", "--output", str(tmp_path / "r.json"))
    assert backtest(capsys, file, *words) == (0, "", "")
    result = json.loads((tmp_path / "r.json").read_text())
    assert (result["questions"], result["asked_from"]) == (1, "2026-01-03T00:00:00.000000000Z")


@pytest.mark.parametrize(
    ("words", "bankroll", "said"),
    [
        ((), "0", "positive"),
        ((), "-5", "positive"),
        ((), "nan", "positive"),
        ((), "much", "no amount"),
        (("--start-date", "2026-01-03", "--end-date", "2026-01-02"), "50", "--end-date"),
        (("--start-date", "soon"), "50", "--start-date"),
        (("--output", "none/r.json"), "50", "none/r.json"),
    ],
)
def test_a_mistake_is_one_line(capsys, file, words, bankroll, said):
    code, out, err = backtest(capsys, file, *words, bankroll=bankroll)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_wrong_line_is_named(capsys, file):
    file.write_bytes(file.read_bytes().replace(b'"price":0.7', b'"price":70'))
    code, out, err = backtest(capsys, file)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "q.jsonl:2" in err


@pytest.mark.embedded
def test_without_a_file_it_takes_the_desks_own_estimates(capsys, paper_desk, tmp_path):
    open_account(paper_desk)
    for name, outcome in (("M0", 0), ("M1", 1)):
        add_market(paper_desk, name, settled=3, result="yes" if outcome else "no")
        add_estimate(paper_desk, name, days=1, p={"gpt": 0.7, "claude": 0.6, "price": 0.4})
        add_score(paper_desk, name, days=1, outcome=outcome, known=3.1)
    words = ("backtest", "forecasts", "--initial-bankroll", "50", "--html", str(tmp_path / "r.html"))
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert (result["n"], result["brier"]["gpt"]) == (2, pytest.approx((0.49 + 0.09) / 2))
    assert "the desk's estimates" in (tmp_path / "r.html").read_text().replace("&#39;", "'")


def test_without_a_file_and_a_database_it_is_one_line(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk@127.0.0.1:1/desk")
    code, out, err = run(capsys, "backtest", "forecasts", "--initial-bankroll", "50")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "make up" in err
