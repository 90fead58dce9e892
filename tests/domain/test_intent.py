from kalshi_desk.domain.intent import CancelOrder, Intent, KnownOrder
from kalshi_desk.domain.order import OrderProgress, OrderState, on_event
from kalshi_desk.domain.units import Count
from tests.orders import ACCOUNT, NOW, TICKER, order


def test_an_order_is_cancelled_under_one_identity() -> None:
    one, two = (
        CancelOrder(at=NOW, account=ACCOUNT, ticker=TICKER, client_order_id="a-0", reason=why) for why in ("x", "y")
    )
    assert one.intent_id == two.intent_id == "a-0:cancel"
    assert Intent(sequence=1, state="pending", body=one).cancels
    assert not Intent(sequence=1, state="pending", body=order()).cancels


def test_the_last_event_brings_a_reader_to_where_the_order_stands() -> None:
    known = KnownOrder(
        order=order(), venue_order_id="v1", state="resting", filled=Count(200), remaining=Count(300), updated_at=NOW
    )
    progress = on_event(OrderProgress(count=order().count), known.last_event)
    assert (progress.state, progress.filled, progress.venue_order_id) == (OrderState.RESTING, Count(200), "v1")
