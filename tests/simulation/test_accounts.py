import pytest

from kalshi_desk.domain.fees import INTERMEDIARY, Accumulator
from kalshi_desk.domain.position import Holding
from kalshi_desk.domain.units import PAYOUT, Cash, Count, Price
from kalshi_desk.errors import UnknownFee
from kalshi_desk.simulation.accounts import Account, collateral, cost_to_place, free_cover
from kalshi_desk.simulation.orders import Execution
from tests.simulation.market_of_one import NOW, market, order


def execution(arrived, count, *, taker=True, trade=1):
    arrived.filled = Count(arrived.filled + Count.parse(count))
    return Execution(at=NOW, trade=trade, order=arrived, price=arrived.price, count=Count.parse(count), is_taker=taker)


@pytest.fixture
def account():
    return Account(name="a", cash={2: Cash.parse("50")})


def test_a_purchase_moves_cash_fee_and_position(account):
    fill = account.book(execution(order("1", "bid", "0.71", "1"), "1"), market())
    assert (str(fill.fee), str(fill.position), fill.fill_id) == ("0.014500", "1.00", "T-1")
    assert account.cash[2] == Cash.parse("49.2755")
    assert account.held("T").cost == Cash.parse("0.71")


def test_fees_follow_the_order_over_its_fills(account):
    arrived = order("1", "bid", "0.71", "4")
    fees = [str(account.book(execution(arrived, "1", trade=n), market()).fee) for n in range(4)]
    assert fees == ["0.014500", "0.014400", "0.014400", "0.014400"]
    assert (str(arrived.taker_fees), str(arrived.taker_cost)) == ("0.057700", "2.840000")


def test_a_brokers_customer_moves_in_whole_cents(account):
    arrived = order("1", "bid", "0.05", "1", accumulator=Accumulator(INTERMEDIARY))
    account.book(execution(arrived, "1"), market())
    assert account.cash[2] % INTERMEDIARY == 0


def test_makers_pay_nothing_in_a_quadratic_series(account):
    resting = order("1", "ask", "0.40", "5")
    account.book(execution(resting, "5", taker=False), market())
    assert account.cash[2] == Cash.parse("47")
    assert (resting.maker_cost, resting.maker_fees) == (Cash.parse("3"), 0)


def test_buying_the_other_outcome_returns_a_dollar_a_pair(account):
    account.book(execution(order("1", "bid", "0.40", "5"), "5", taker=False), market())
    account.book(execution(order("2", "ask", "0.45", "5"), "5", taker=False), market())
    assert account.cash[2] == Cash.parse("50.25")
    assert account.held("T") == Holding(realized=Cash.parse("0.25"))


@pytest.mark.parametrize("value", [PAYOUT, Price(0)])
def test_a_settlement_pays_once(account, value):
    account.book(execution(order("1", "bid", "0.40", "5"), "5"), market())
    fees = account.held("T").fees
    settlement = account.settle(market(), result="yes", value=value, now=NOW)
    assert settlement.pnl == value * 500 - Cash.parse("2") - fees
    assert account.cash[2] == Cash.parse("50") + settlement.pnl
    assert account.settle(market(), result="yes", value=value, now=NOW) is None


def test_an_unknown_fee_is_never_guessed(account):
    with pytest.raises(UnknownFee):
        account.book(execution(order("1", "bid", "0.71", "1"), "1"), market(fee_type="flat"))


def test_bids_block_their_price_and_asks_the_rest_of_the_dollar():
    orders = [order("1", "bid", "0.30", "10"), order("2", "ask", "0.60", "10")]
    assert collateral(orders, market(), Count(0)) == Cash.parse("3") + Cash.parse("4")


def test_the_older_order_has_the_cover_of_the_position():
    orders = [order("2", "ask", "0.90", "10", rank=2), order("1", "ask", "0.60", "4", rank=1)]
    assert collateral(orders, market(), Count.parse("10")) == Cash.parse("0.40")
    assert free_cover(orders, Count.parse("10")) == 0
    assert free_cover(orders[1:], Count.parse("10")) == Count.parse("6")
    assert free_cover(orders, Count.parse("-10")) == Count.parse("-10")


def test_an_arrival_costs_its_limit_and_the_fee_of_taking_it():
    assert cost_to_place(order("1", "bid", "0.71", "1"), market(), cover=Count(0)) == Cash.parse("0.7245")
    assert cost_to_place(order("1", "bid", "0.71", "1", post_only=True), market(), cover=Count(0)) == Cash.parse("0.71")
    assert cost_to_place(order("1", "ask", "0.71", "1"), market(), cover=Count.parse("1")) == 0
