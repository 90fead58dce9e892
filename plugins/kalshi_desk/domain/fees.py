"""The venue's fees, exactly: model fee, rounding to the balance's grid, and the rebate per order.

All amounts are Cash ($0.000001). A price may be that of either outcome in the model, P(1 - P) being symmetric; where
money changes hands it is that of the side bought. Source: the exchange's "Fee Rounding" page, rules since 2026-08-30.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from kalshi_desk.domain.market import FeeSchedule
from kalshi_desk.domain.units import PAYOUT, Cash, Count, Fixed, Nanos, Price
from kalshi_desk.errors import UnknownFee


class Role(StrEnum):
    """Who crossed: the taker hit a resting order, the maker rested."""

    TAKER = "taker"
    MAKER = "maker"


class Multiplier(Fixed):
    """A fee multiplier, unit 0.0001."""

    __slots__ = ()
    DECIMALS = 4


DIRECT = Cash(100)
INTERMEDIARY = Cash(10_000)

_TAKER_RATE = 700
_MAKER_RATE = {
    "quadratic": 0,
    "quadratic_with_maker_fees": 175,
    "quadratic_with_combo_maker_fees": 350,
}
_MODEL_TO_CASH = 10**12


class Accumulator(msgspec.Struct, frozen=True):
    """What rounding took from one order and did not give back yet; ``align`` is the grid of the balance.

    DIRECT ($0.0001) for members of the exchange, INTERMEDIARY ($0.01) for customers of a broker.
    """

    align: Cash = DIRECT
    residue: Cash = Cash(0)


class FillFee(msgspec.Struct, frozen=True, kw_only=True):
    """What one fill costs: ``net_fee`` is what the venue books, ``balance_change`` revenue less net fee."""

    trade_fee: Cash
    net_fee: Cash
    balance_change: Cash
    accumulator: Accumulator


def fee_known(schedule: FeeSchedule | None) -> bool:
    """Tell whether the desk can compute this fee; a market where it cannot is refused ``unknown_fee``."""
    return schedule is not None and schedule.fee_type in _MAKER_RATE and schedule.multiplier_e4 >= 0


def in_force(schedule: FeeSchedule, at: Nanos) -> FeeSchedule:
    """Return the schedule as it applies at an instant: multiplier 0 while a waiver lasts."""
    waived = schedule.waived_until is not None and at < schedule.waived_until
    return FeeSchedule(schedule.fee_type, 0) if waived else schedule


def trade_fee(schedule: FeeSchedule, *, role: Role, price: Price, count: Count) -> Cash:
    """Return the model fee of a fill, rounded up to $0.000001; raises UnknownFee."""
    if not fee_known(schedule):
        raise UnknownFee(schedule.fee_type)
    rate = _TAKER_RATE if role is Role.TAKER else _MAKER_RATE[schedule.fee_type]
    return Cash(-(-rate * schedule.multiplier_e4 * count * price * (PAYOUT - price) // _MODEL_TO_CASH))


def charge(fee: Cash, *, revenue: Cash, accumulator: Accumulator) -> FillFee:
    """Book a fill's trade fee: the balance moves on its grid, and what rounding took comes back in whole steps.

    revenue: cash that the fill itself moves, negative for a purchase. The rebate never makes the net fee negative;
    what it could not give back stays in the returned accumulator, which is carried to the order's next fill.
    """
    align, exact = accumulator.align, revenue - fee
    change = exact // align * align
    rounding = exact - change
    residue = accumulator.residue + rounding
    rebate = min(residue, fee + rounding) // align * align
    return FillFee(
        trade_fee=fee,
        net_fee=Cash(fee + rounding - rebate),
        balance_change=Cash(change + rebate),
        accumulator=Accumulator(align, Cash(residue - rebate)),
    )


def expected_fee(schedule: FeeSchedule, *, role: Role, price: Price, count: Count, align: Cash = DIRECT) -> Cash:
    """Return the net fee of buying ``count`` at ``price`` in one fill of a new order; raises UnknownFee.

    price: what is paid per contract of the side bought.
    """
    fee = trade_fee(schedule, role=role, price=price, count=count)
    return charge(fee, revenue=Cash(-price * count), accumulator=Accumulator(align)).net_fee
