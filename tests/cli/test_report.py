import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash, Nanos
from tests.cli.desk import run
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
NOON = Nanos.parse("2026-11-21T12:00:00Z")


def open_account(database: str) -> None:
    standing = ClockSegment(wall_now(), NOON, 0.001)
    store_epochs(database, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[standing])


def test_it_prints_the_day_of_the_event_clock(capsys, paper_desk: str) -> None:
    open_account(paper_desk)
    code, out, err = run(capsys, "report")
    assert (code, err) == (0, "")
    assert out.startswith("# 2026-11-21\n")
    assert f"Paper account {ACCOUNT}: 0 markets settled for $0.00" in out
    assert "Covers the UTC day up to 2026-11-21T12:00:00Z." in out


def test_it_prints_the_day_asked_for(capsys, paper_desk: str) -> None:
    open_account(paper_desk)
    assert run(capsys, "report", "--date", "2026-11-20")[1].startswith("# 2026-11-20\n")


def test_a_date_that_is_none_no_account_and_no_database_are_one_line(capsys, monkeypatch, paper_desk: str) -> None:
    ends = [run(capsys, "report", "--date", "yesterday"), run(capsys, "report")]
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk@127.0.0.1:1/desk")
    ends.append(run(capsys, "report"))
    assert [(code, out, err.count("\n")) for code, out, err in ends] == [(2, "", 1)] * 3
    assert [word in err for word, (_, _, err) in zip(("--date", ACCOUNT, "make up"), ends, strict=True)] == [True] * 3
