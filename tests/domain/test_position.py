import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.ledger import Fill, Settlement
from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.position import (
    FLAT,
    Holding,
    Positions,
    closing_count,
    fill_revenue,
    payout,
    settled,
    settlement_pnl,
    with_fill,
)
from kalshi_desk.domain.units import PAYOUT, Cash, Count, Nanos, Price

sides = st.sampled_from(list(BookSide))
trades = st.tuples(
    sides, st.integers(1, 9_999).map(Price), st.integers(1, 5_000).map(Count), st.integers(0, 90_000).map(Cash)
)


def trade(holding, side, price, count, fee="0"):
    return with_fill(
        holding,
        side=BookSide(side),
        price=Price.parse(price),
        count=Count.parse(count),
        fee=Cash.parse(fee),
    )


def holding(count, cost, *, fees="0", realized="0"):
    return Holding(
        count=Count.parse(count), cost=Cash.parse(cost), fees=Cash.parse(fees), realized=Cash.parse(realized)
    )


def test_buying_adds_cost_and_keeps_fees_apart():
    assert trade(FLAT, "bid", "0.40", "10", "0.17") == holding("10", "4", fees="0.17")
    assert trade(FLAT, "ask", "0.40", "10", "0.17") == holding("-10", "6", fees="0.17")


def test_selling_realizes():
    assert trade(holding("10", "4"), "ask", "0.60", "4") == holding("6", "2.4", realized="0.8")
    assert trade(holding("-10", "6"), "bid", "0.30", "10") == holding("0", "0", realized="1")


def test_a_matched_pair_pays_a_dollar():
    both = trade(trade(FLAT, "bid", "0.40", "5"), "ask", "0.40", "5")
    assert both == FLAT
    pair = trade(trade(FLAT, "bid", "0.40", "5"), "ask", "0.45", "5")
    assert pair.realized == 5 * (Cash.parse("1") - Cash.parse("0.40") - Cash.parse("0.55"))


def test_a_fill_may_turn_the_position():
    turned = trade(holding("3", "1.2"), "ask", "0.50", "5")
    assert turned == holding("-2", "1", realized="0.3")


def test_what_a_fill_moves():
    assert fill_revenue(Count(0), BookSide.BID, Price(4_000), Count(500)) == Cash.parse("-2")
    assert fill_revenue(Count(0), BookSide.ASK, Price(4_000), Count(500)) == Cash.parse("-3")
    assert fill_revenue(Count(500), BookSide.ASK, Price(4_000), Count(500)) == Cash.parse("2")
    assert fill_revenue(Count(-300), BookSide.BID, Price(4_000), Count(500)) == Cash.parse("1")


def test_only_the_opposite_side_closes():
    assert closing_count(Count(300), BookSide.ASK, Count(500)) == 300
    assert closing_count(Count(300), BookSide.BID, Count(500)) == 0
    assert closing_count(Count(-300), BookSide.BID, Count(200)) == 200


def test_rounding_a_share_of_the_cost_never_flatters():
    third = trade(holding("0.03", "0.010000"), "ask", "0.50", "0.01")
    assert (third.cost, third.realized) == (Cash(6_666), Cash(5_000 - 3_334))


@pytest.mark.parametrize(
    ("count", "value", "paid"), [("5", "1", "5"), ("-5", "1", "0"), ("-5", "0.4", "3"), ("0", "1", "0")]
)
def test_settlement_pays_the_side_held(count, value, paid):
    assert payout(Count.parse(count), Price.parse(value)) == Cash.parse(paid)


@given(st.lists(trades, max_size=20), st.sampled_from([Price(0), Price(3_333), PAYOUT]))
def test_cash_is_conserved_over_any_fills_and_settlement(fills, value):
    held, cash, fees = FLAT, 0, 0
    for side, price, count, fee in fills:
        cash += fill_revenue(held.count, side, price, count)
        fees += fee
        held = with_fill(held, side=side, price=price, count=count, fee=fee)
        assert cash == held.realized - held.cost
        assert held.fees == fees
        assert held.cost >= 0
        assert held.count or held.cost == 0
    cash += payout(held.count, value)
    assert cash == settled(held, value).realized
    assert cash - fees == settlement_pnl(held, value)


@given(st.lists(trades, max_size=20), st.sampled_from([Price(0), PAYOUT]))
def test_the_result_is_that_of_holding_every_contract_to_the_end(fills, value):
    held = FLAT
    naive = 0
    for side, price, count, fee in fills:
        held = with_fill(held, side=side, price=price, count=count, fee=fee)
        naive += (value - price) * count * (1 if side is BookSide.BID else -1) - fee
    assert settlement_pnl(held, value) == naive


def fill(fill_id, *, count="2", outcome=Outcome.YES, action="enter", owner="desk", order="v1"):
    return Fill(
        at=Nanos(5),
        occurred_at=Nanos(4),
        account="a",
        ticker="T",
        fill_id=fill_id,
        venue_order_id=order,
        client_order_id=None,
        owner=owner,
        strategy=None,
        outcome=outcome,
        action=action,
        price=Price.parse("0.40"),
        count=Count.parse(count),
        is_taker=True,
        fee=Cash.parse("0.05"),
    )


def test_a_fill_counts_once():
    positions = Positions()
    assert positions.take(fill("f1")).count == Count.parse("2")
    assert positions.take(fill("f1")) is None
    assert positions.take(fill("f1", order="v2")).count == Count.parse("4")
    assert positions.holding("a", "T", "desk").fees == Cash.parse("0.10")


def test_outcomes_net_but_owners_do_not():
    positions = Positions()
    positions.take(fill("f1", count="5"))
    positions.take(fill("f2", count="2", outcome=Outcome.NO))
    positions.take(fill("f3", count="1", owner="manual"))
    assert [(held.owner, str(held.count)) for held in positions.all(Nanos(9))] == [("desk", "3.00"), ("manual", "1.00")]


def test_a_settlement_ends_every_position_of_its_market():
    positions = Positions()
    positions.take(fill("f1"))
    positions.take(fill("f2", owner="manual", outcome=Outcome.NO))
    ended = positions.settle(
        Settlement(
            at=Nanos(9),
            occurred_at=Nanos(9),
            account="a",
            ticker="T",
            result="yes",
            value=PAYOUT,
            count=Count(0),
            cost=Cash(0),
            fees=Cash(0),
            revenue=Cash(0),
            pnl=Cash(0),
        )
    )
    assert [(held.owner, held.count, str(held.realized)) for held in ended] == [
        ("desk", 0, "1.200000"),
        ("manual", 0, "-1.200000"),
    ]
    assert positions.holding("b", "T", "desk") == FLAT
