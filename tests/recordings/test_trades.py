from kalshi_desk.recordings.folder import Recording
from kalshi_desk.recordings.trades import read_trades
from tests.recordings.conftest import at


def test_rows_left_out_count_with_the_first_trade(folder):
    rows = list(read_trades(Recording(folder), at(0)))
    assert [(count, trade.trade_id) for count, trade in rows] == [(2, "1"), (1, "2")]
