import json
from contextlib import closing

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.heartbeats import beat
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.domain.units import Cash
from tests.cli.desk import run
from tests.orders import ACCOUNT, fill, order

pytestmark = pytest.mark.embedded


@pytest.fixture
async def desk(paper_desk: str) -> str:
    store_epochs(paper_desk, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    await Ledger(paper_desk, ACCOUNT).add_fill(fill(order()))
    return paper_desk


def _beat(database: str, state: str, on: bool) -> None:
    switch = {"on": on, "by": "anna", "reason": "odd fills", "at": "2026-11-21T12:00:00Z"}
    with closing(connect(database, "test")) as db:
        beat(db, "order_execution", state, {"lag": 3, "switches": {"halt:both": switch}})


def test_it_tells_processes_switches_and_holdings(capsys, desk: str) -> None:
    _beat(desk, "ready", True)
    code, out, _ = run(capsys, "status")
    first, process, *rest = out.splitlines()
    assert (code, first) == (0, f"{ACCOUNT} (paper): halt:both by anna: odd fills")
    assert process.split()[:2] == ["order_execution", "ready"]
    assert any("5.00 KXBTC15M" in line for line in rest)
    found = json.loads(run(capsys, "status", "--json")[1])
    assert (found["processes"][0]["lag"], found["equity"], found["positions"][0]["cost"]) == (3, None, "2.000000")


def test_a_process_that_is_not_ready_is_exit_code_1(capsys, desk: str) -> None:
    assert run(capsys, "status")[0] == 1
    _beat(desk, "starting", False)
    code, out, _ = run(capsys, "status")
    assert (code, out.splitlines()[0]) == (1, f"{ACCOUNT} (paper): trading")


def test_no_database_is_one_line(capsys, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk@127.0.0.1:1/desk")
    code, _, err = run(capsys, "status")
    assert (code, err.count("\n")) == (2, 1)
    assert "make up" in err
