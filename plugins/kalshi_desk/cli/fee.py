"""``kalshi-desk fee``: what one fill of a new order costs."""

from __future__ import annotations

from typing import Any

import click

from kalshi_desk.domain.fees import DIRECT, INTERMEDIARY, Accumulator, FillFee, Multiplier, Role, charge, trade_fee
from kalshi_desk.domain.market import FeeSchedule
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import PAYOUT, Cash, Count, Fixed, Price
from kalshi_desk.errors import UnitError

_ALIGN = {"0.0001": DIRECT, "0.01": INTERMEDIARY}


class UnitType(click.ParamType):
    """An option read exactly into a unit."""

    def __init__(self, unit: type[Fixed], name: str) -> None:
        self.unit, self.name = unit, name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fixed:
        """Read the text; fails with one line if the unit cannot hold it."""
        try:
            return value if isinstance(value, Fixed) else self.unit.parse(value)
        except UnitError as fault:
            self.fail(f"{value!r}: {fault.problem}", param, ctx)


@click.command(name="fee")
@click.option("--price", type=UnitType(Price, "dollars"), required=True, help="Paid per contract of the side bought.")
@click.option("--count", type=UnitType(Count, "contracts"), required=True, help="Contracts, two decimals at most.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="Who crossed.")
@click.option("--fee-type", default="quadratic", show_default=True, help="The series' fee type.")
@click.option("--multiplier", type=UnitType(Multiplier, "number"), default="1", show_default=True)
@click.option(
    "--align", type=click.Choice(list(_ALIGN)), default="0.0001", show_default=True, help="Grid of the balance."
)
def command(price: Price, count: Count, role: str, fee_type: str, multiplier: Multiplier, align: str) -> None:
    """Print fee and balance change of buying COUNT contracts at PRICE, as JSON."""
    for name, valid, rule in (
        ("price", 0 < price < PAYOUT, "above 0 and below 1"),
        ("count", count > 0, "above 0"),
        ("multiplier", multiplier >= 0, "at least 0"),
    ):
        if not valid:
            raise click.BadParameter(f"must be {rule}", param_hint=f"--{name}")
    fee = trade_fee(FeeSchedule(fee_type, int(multiplier)), role=Role(role), price=price, count=count)
    print(_json(charge(fee, revenue=Cash(-price * count), accumulator=Accumulator(_ALIGN[align]))))


def _json(fee: FillFee) -> str:
    shown = {"trade_fee": fee.trade_fee, "net_fee": fee.net_fee, "balance_change": fee.balance_change}
    return encode(shown).decode()
