import pytest

from kalshi_desk.domain.units import Count, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.recordings.books import RecordedBook


def test_changes_carry_the_sizes_now_there():
    book = RecordedBook("T")
    book.apply(0, 4000, 500)
    book.apply(0, 4000, 250)
    book.apply(1, 5000, 100)
    change = book.change(7)
    assert change.yes == ((Price(4000), Count(750)),)
    assert change.no == ((Price(5000), Count(100)),)
    book.apply(0, 4000, -750)
    assert book.change(8).yes == ((Price(4000), Count(0)),)
    assert book.snapshot(9).no == ((Price(5000), Count(100)),)


def test_a_negative_level_contradicts_the_recording():
    with pytest.raises(ParseError, match="negative"):
        RecordedBook("T").apply(0, 4000, -1)
