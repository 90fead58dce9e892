import pytest

from kalshi_desk.domain.units import IndexPrice
from kalshi_desk.errors import ParseError
from kalshi_desk.recordings.folder import Recording, numbers
from tests.recordings.conftest import FIRST, MARKETS, market, write


def test_markets_are_exact_and_in_order(folder):
    markets = Recording(folder).markets()
    assert markets[0].ticker == FIRST
    assert markets[0].strike == IndexPrice.parse("80000.25")
    assert markets[0].close_time - markets[0].open_time == 900 * 10**9


def test_empty_columns_are_nothing(tmp_path):
    folder = write(tmp_path / "a", markets=[market(FIRST, 0, strike=None, result=None)])
    (one,) = Recording(folder).markets()
    assert (one.strike, one.result) == (None, "")


def test_a_missing_file_or_column_is_told(tmp_path, folder):
    with pytest.raises(ParseError, match="markets"):
        Recording(tmp_path).markets()
    with pytest.raises(ParseError, match="no column"):
        list(Recording(folder).batches("markets", ["colour"]))


def test_empty_cells_where_numbers_are_needed_are_told():
    import pyarrow as pa

    assert MARKETS.field("strike").nullable
    with pytest.raises(ParseError, match="empty cells"):
        numbers(pa.array([1, None], pa.int64()))
