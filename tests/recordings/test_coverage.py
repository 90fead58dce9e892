from kalshi_desk.recordings.coverage import coverage
from tests.recordings.conftest import FIRST, SECOND, delta, market, snapshot, write


def reasons(folder):
    return {row.ticker: row.refused for row in coverage(folder)}


def test_the_table_counts_rows_deltas_and_trades(folder):
    first, second = coverage(folder)
    assert (first.ticker, first.rows, first.deltas, first.trades, first.refused) == (FIRST, 6, 5, 1, None)
    assert (second.ticker, second.rows, second.deltas, second.trades, second.refused) == (SECOND, 1, 0, 1, "gapped")


def test_each_reason_has_its_name(tmp_path):
    books = {"snapshots": [snapshot(1, [], [])], "deltas": [delta(10, "yes", 4000, 1, 2)]}
    trades = [(5, 80_000.0)]
    assert reasons(write(tmp_path / "a", markets=[market(FIRST, 0, strike=None)], trades=trades, **books)) == {
        FIRST: "no_strike"
    }
    assert reasons(write(tmp_path / "b", markets=[market(FIRST, 0, result=None)], trades=trades, **books)) == {
        FIRST: "no_result"
    }
    assert reasons(write(tmp_path / "c", markets=[market(FIRST, 0)], trades=trades)) == {FIRST: "no_deltas"}
    assert reasons(write(tmp_path / "d", markets=[market(FIRST, 0)], **books)) == {FIRST: "no_trades"}
    assert reasons(write(tmp_path / "e", markets=[market(FIRST, 0)], trades=trades, **books)) == {FIRST: None}
