import csv
import io

import pytest

from tests.batch.forecasts import at, execute, open_account
from tests.cli.desk import run
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded


def add_trade(url):
    execute(
        url,
        """insert into desk.fills (account, fill_id, venue_order_id, ticker, owner, strategy, outcome, action,
               book_side, price_dollars, count_contracts, is_taker, fee_dollars, occurred_at, observed_at)
           values (%s, 'f1', 'o1', 'T', 'desk', 'forecast_edge', 'no', 'enter', 'ask', 0.6, 2.5, true, 0.042,
               %s, %s)""",
        (ACCOUNT, at(1), at(1)),
    )
    execute(
        url,
        """insert into desk.settlements (account, ticker, result, value_dollars, count_contracts, cost_dollars,
               fees_dollars, revenue_dollars, pnl_dollars, verified, occurred_at, observed_at)
           values (%s, 'T', 'no', 0, -2.5, 1.0, 0.042, 2.5, 1.458, true, %s, %s)""",
        (ACCOUNT, at(3), at(3)),
    )


def test_fills_and_settlements_are_rows_oldest_first(capsys, paper_desk):
    open_account(paper_desk)
    add_trade(paper_desk)
    code, out, err = run(capsys, "export-trades")
    assert (code, err) == (0, "")
    fill, settlement = csv.DictReader(io.StringIO(out))
    assert (fill["kind"], fill["outcome"], fill["price_dollars"], fill["is_taker"]) == ("fill", "no", "0.6000", "yes")
    assert (fill["occurred_at"], fill["pnl_dollars"]) == ("2026-11-02T00:00:00.000000000Z", "")
    assert (settlement["kind"], settlement["count_contracts"], settlement["pnl_dollars"]) == (
        "settlement",
        "-2.50",
        "1.458000",
    )


def test_an_account_without_trades_has_the_header_alone(capsys, paper_desk):
    code, out, _ = run(capsys, "export-trades")
    assert (code, out.count("\n")) == (0, 1)
    assert out.startswith("kind,occurred_at,account,ticker,")


def test_without_a_database_it_is_one_line(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk@127.0.0.1:1/desk")
    code, out, err = run(capsys, "export-trades")
    assert (code, out, err.count("\n")) == (2, "", 1)
