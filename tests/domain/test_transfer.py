from uuid import UUID

import pytest

from kalshi_desk.domain.transfer import Transfer, transfer_id
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import UnitError

ONE = Cash.parse("1")


@pytest.mark.parametrize(("amount", "destination"), [("0", 2), ("-1", 2), ("0.00001", 2), ("1", 0)])
def test_what_is_no_transfer(amount, destination):
    with pytest.raises(UnitError):
        Transfer(source=0, destination=destination, amount=Cash.parse(amount), client_transfer_id="c")


def test_the_smallest_step():
    assert Transfer(source=0, destination=2, amount=Cash.parse("0.0001"), client_transfer_id="c").amount == 100


def test_the_id_is_the_same_until_one_alike_has_ended():
    first = transfer_id("a", 0, 2, amount=ONE, ended=0)
    assert UUID(first).version == 5
    assert first == transfer_id("a", 0, 2, amount=ONE, ended=0)
    others = {
        transfer_id("a", 0, 2, amount=ONE, ended=1),
        transfer_id("b", 0, 2, amount=ONE, ended=0),
        transfer_id("a", 2, 0, amount=ONE, ended=0),
        transfer_id("a", 0, 2, amount=Cash.parse("2"), ended=0),
    }
    assert first not in others
    assert len(others) == 4
