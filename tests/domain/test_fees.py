import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.fees import (
    INTERMEDIARY,
    Accumulator,
    Role,
    charge,
    expected_fee,
    fee_known,
    in_force,
    trade_fee,
)
from kalshi_desk.domain.market import FeeSchedule
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.errors import UnknownFee

QUADRATIC = FeeSchedule("quadratic", 10_000)
MAKER_FEES = FeeSchedule("quadratic_with_maker_fees", 10_000)
COMBO = FeeSchedule("quadratic_with_combo_maker_fees", 10_000)

schedules = st.builds(
    FeeSchedule, st.sampled_from([QUADRATIC.fee_type, MAKER_FEES.fee_type, COMBO.fee_type]), st.integers(0, 30_000)
)
roles = st.sampled_from(list(Role))
prices = st.integers(1, 9_999).map(Price)
counts = st.integers(1, 1_000_000).map(Count)
grids = st.sampled_from([Cash(100), INTERMEDIARY])


def buy(price, count, *, schedule=QUADRATIC, role=Role.TAKER, accumulator=None):
    price, count = Price.parse(price), Count.parse(count)
    fee = trade_fee(schedule, role=role, price=price, count=count)
    return charge(fee, revenue=Cash(-price * count), accumulator=accumulator or Accumulator())


@pytest.mark.parametrize(
    ("price", "count", "trade", "net", "change"),
    [
        ("0.50", "1", "0.017500", "0.017500", "-0.517500"),
        ("0.71", "1", "0.014413", "0.014500", "-0.724500"),
        ("0.43", "5", "0.085785", "0.085800", "-2.235800"),
        ("0.953", "10", "0.031354", "0.031400", "-9.561400"),
        ("0.417", "2.37", "0.040333", "0.040410", "-1.028700"),
        ("0.50", "100", "1.750000", "1.750000", "-51.750000"),
    ],
)
def test_taker_pays_what_the_venue_books(price, count, trade, net, change):
    fee = buy(price, count)
    assert (str(fee.trade_fee), str(fee.net_fee), str(fee.balance_change)) == (trade, net, change)


def test_makers_pay_a_quarter_where_the_series_says_so():
    fee = buy("0.50", "100", schedule=MAKER_FEES, role=Role.MAKER)
    assert (str(fee.trade_fee), str(fee.net_fee), str(fee.balance_change)) == ("0.437500", "0.437500", "-50.437500")


def test_makers_pay_half_in_combos_and_nothing_elsewhere():
    assert buy("0.50", "100", schedule=COMBO, role=Role.MAKER).trade_fee == Cash.parse("0.875")
    assert buy("0.50", "100", role=Role.MAKER).net_fee == 0


def test_rounding_is_given_back_within_an_order():
    nets, accumulator = [], Accumulator()
    for _ in range(4):
        fee = buy("0.71", "1", accumulator=accumulator)
        nets.append(str(fee.net_fee))
        accumulator = fee.accumulator
    assert nets == ["0.014500", "0.014400", "0.014400", "0.014400"]
    assert buy("0.71", "4").net_fee == Cash.parse("0.0577")


def test_a_brokers_customer_moves_in_whole_cents():
    fee = buy("0.055", "1", accumulator=Accumulator(INTERMEDIARY))
    assert (str(fee.trade_fee), str(fee.net_fee), str(fee.balance_change)) == ("0.003639", "0.005000", "-0.060000")


def test_a_sale_rounds_against_us_too():
    fee = charge(Cash(14_413), revenue=Cash(710_000), accumulator=Accumulator())
    assert (str(fee.balance_change), str(fee.net_fee)) == ("0.695500", "0.014500")


@pytest.mark.parametrize("schedule", [FeeSchedule("flat", 10_000), FeeSchedule("", 1), FeeSchedule("quadratic", -1)])
def test_an_unknown_fee_is_refused(schedule):
    assert not fee_known(schedule)
    with pytest.raises(UnknownFee, match="unknown fee type"):
        expected_fee(schedule, role=Role.TAKER, price=Price(5_000), count=Count(100))


def test_no_schedule_is_no_known_fee():
    assert not fee_known(None)
    assert fee_known(QUADRATIC)


def test_a_waiver_lasts_until_its_instant():
    waived = FeeSchedule("quadratic", 10_000, waived_until=Nanos(100))
    assert in_force(waived, Nanos(99)).multiplier_e4 == 0
    assert in_force(waived, Nanos(100)).multiplier_e4 == 10_000
    assert in_force(QUADRATIC, Nanos(99)) == QUADRATIC


@given(schedules, roles, prices, counts)
def test_the_model_is_the_same_from_both_outcomes(schedule, role, price, count):
    mirrored = trade_fee(schedule, role=role, price=price.complement, count=count)
    assert trade_fee(schedule, role=role, price=price, count=count) == mirrored >= 0


@given(schedules, prices, counts)
def test_makers_never_pay_more_than_takers(schedule, price, count):
    maker, taker = (trade_fee(schedule, role=role, price=price, count=count) for role in (Role.MAKER, Role.TAKER))
    assert maker <= taker


@given(schedules, roles, prices, st.lists(counts, min_size=1, max_size=8), grids)
def test_a_split_order_pays_at_least_the_model_and_at_most_a_step_more_per_fill(schedule, role, price, parts, align):
    accumulator, paid, moved = Accumulator(align), 0, 0
    for count in parts:
        fee = charge(
            trade_fee(schedule, role=role, price=price, count=count),
            revenue=Cash(-price * count),
            accumulator=accumulator,
        )
        assert fee.net_fee >= 0
        assert fee.balance_change % align == 0
        accumulator, paid, moved = fee.accumulator, paid + fee.net_fee, moved + fee.balance_change
    whole = Count(sum(parts))
    model = trade_fee(schedule, role=role, price=price, count=whole)
    assert moved == -price * whole - paid
    assert model <= paid <= model + align * len(parts) + len(parts)
    assert accumulator.residue >= 0


@given(schedules, roles, prices, counts, st.integers(-(10**9), 10**9).map(Cash), grids)
def test_the_balance_never_moves_in_our_favour(schedule, role, price, count, revenue, align):
    fee = trade_fee(schedule, role=role, price=price, count=count)
    charged = charge(fee, revenue=revenue, accumulator=Accumulator(align))
    assert charged.net_fee >= fee
    assert charged.balance_change == revenue - charged.net_fee


@given(schedules, roles, prices, counts)
def test_the_expected_fee_is_the_fee_of_one_fill(schedule, role, price, count):
    fee = trade_fee(schedule, role=role, price=price, count=count)
    booked = charge(fee, revenue=Cash(-price * count), accumulator=Accumulator())
    assert expected_fee(schedule, role=role, price=price, count=count) == booked.net_fee
