from kalshi_desk.domain.units import Count
from kalshi_desk.simulation.orders import Placed, SimState
from tests.simulation.market_of_one import order


def test_what_rests_of_an_order():
    resting = order("1", "bid", "0.40", "5", filled=Count.parse("2"))
    assert resting.remaining == Count.parse("3")
    resting.state = SimState.CANCELED
    assert resting.remaining == 0


def test_a_refused_request_is_rejected_whatever_the_order_is():
    resting = order("1", "bid", "0.40", "5")
    assert (Placed(order=resting).state, Placed(order=resting).remaining) == (SimState.RESTING, Count.parse("5"))
    refused = Placed(order=resting, reason="invalid_price")
    assert (refused.state, refused.remaining) == (SimState.REJECTED, 0)
