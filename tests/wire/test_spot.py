import pytest

from kalshi_desk.domain.units import IndexPrice, Quantity
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.spot import Numbered, SpotSequences, TradeFields, spot_trade
from tests.wire.spot_cases import AT, trade


def gaps(sequences, *numbers):
    return [(gap.stream, gap.expected, gap.got) for gap in sequences.gaps(Numbered(*number) for number in numbers)]


def test_the_first_number_of_a_stream_is_no_gap():
    assert gaps(SpotSequences(), ("a", 500), ("b", 1)) == []


def test_a_skipped_number_is_a_gap_once():
    sequences = SpotSequences()
    assert gaps(sequences, ("a", 1), ("a", 2), ("a", 4), ("a", 5)) == [("a", 3, 4)]
    assert gaps(sequences, ("a", 5), ("a", 3)) == []


def test_a_heartbeat_finds_a_lost_trade():
    sequences = SpotSequences()
    assert gaps(sequences, ("a", 7), ("a", 7, False)) == []
    assert gaps(sequences, ("a", 8, False)) == [("a", 8, 8)]


@pytest.mark.parametrize(("price", "size"), [(0, 1), (-1, 1), (1, 0), (1, -1)])
def test_nothing_for_nothing(price, size):
    fields = TradeFields("X", "1", IndexPrice(price), Quantity(size), AT)
    with pytest.raises(ParseError):
        spot_trade("v", fields, {"X": "BTC"}, AT)


def test_a_trade_carries_its_coin():
    fields = TradeFields("X", "1", IndexPrice.parse("2"), Quantity.parse("3"), AT)
    assert spot_trade("v", fields, {"X": "BTC"}, AT) == trade("v", "1", "2", "3", str(AT))
