import pytest

from kalshi_desk.adapters.postgres import rows
from kalshi_desk.domain.intent import CancelOrder
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Count
from kalshi_desk.errors import ParseError
from tests.orders import ACCOUNT, NOW, TICKER, fill, order

CANCEL = CancelOrder(at=NOW, account=ACCOUNT, ticker=TICKER, client_order_id="a-0", reason="halt")


def test_money_travels_as_decimal_strings() -> None:
    values = rows.order_values(order())
    assert (values["price"], values["count"], values["risk"]) == ("0.4000", "5.00", "2.100000")
    assert not any(isinstance(value, float) for value in values.values())


def test_a_fill_tells_its_side_of_the_book() -> None:
    assert rows.fill_values(fill(order()))["book_side"] == "bid"
    assert rows.fill_values(fill(order(outcome=Outcome.NO)))["book_side"] == "ask"


def test_intents_come_back_as_they_were() -> None:
    for body in (order(), CANCEL):
        assert rows.intent_of((3, "sent", encode(body).decode(), NOW.datetime())).body == body
    with pytest.raises(ParseError):
        rows.intent_of((3, "sent", "{}", None))


def test_an_order_row_with_a_cancel_for_body_is_a_fault() -> None:
    row = (encode(order()).decode(), "v1", "resting", "1.00", "4.00", NOW.datetime())
    assert rows.known_order_of(row).remaining == Count(400)
    with pytest.raises(TypeError):
        rows.known_order_of((encode(CANCEL).decode(), *row[1:]))
