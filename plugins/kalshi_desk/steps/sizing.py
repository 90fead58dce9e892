"""How many contracts an entry gets: fractional Kelly beside all that shares its risk, cut by the limits, never raised.

The probability is the cost plus the edge after doubt, so that doubt is deducted once, by ``edge_adjusted``.
"""

from __future__ import annotations

import msgspec

from kalshi_desk.domain import risk
from kalshi_desk.domain.edge import edge_adjusted, edge_make, edge_take, fee_per_contract
from kalshi_desk.domain.fees import Role, expected_fee
from kalshi_desk.domain.joint_entry import Beside, Claim, entry_share
from kalshi_desk.domain.kelly import kelly_fraction
from kalshi_desk.domain.limits import RiskLimits
from kalshi_desk.domain.market import FeeSchedule
from kalshi_desk.domain.risk import Breach, Reserved
from kalshi_desk.domain.units import CONTRACT, Cash, Count, Price


class Joint(msgspec.Struct, frozen=True):
    """An entry as a claim, per dollar staked, and what is held beside it in shares of the stake's bankroll."""

    entry: Claim
    beside: Beside


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry would buy: ``price`` of the side, ``q`` its probability with its standard error ``stderr``.

    ``shown`` caps the contracts that a taker may ask for; ``selection`` is what a resting order gives up; ``joint`` is
    None where nothing that is held or rests shares its risk.
    """

    price: Price
    q: float
    stderr: float
    role: Role
    shown: Count | None
    schedule: FeeSchedule
    align: Cash
    selection: float
    joint: Joint | None = None

    @property
    def unit_cost(self) -> float:
        """Dollars that one contract costs, fee in."""
        return self.price.number + fee_per_contract(fee_cash=self.fee(CONTRACT), count=CONTRACT)

    @property
    def chance(self) -> float:
        """The probability that it is sized with: what it costs and the edge after doubt."""
        return self.unit_cost + self.edge()

    def fee(self, count: Count) -> Cash:
        """Return the fee of ``count`` contracts in one fill."""
        return expected_fee(self.schedule, role=self.role, price=self.price, count=count, align=self.align)

    def cost(self, count: Count) -> Cash:
        """Return what ``count`` contracts cost, fee in: the worst loss."""
        return Cash(self.price * count + self.fee(count))

    def edge(self, count: Count = CONTRACT) -> float:
        """Return the edge per contract of an order of ``count``, after fees and the one deduction for doubt."""
        price, fee = self.price.number, fee_per_contract(fee_cash=self.fee(count), count=count)
        if self.role is Role.TAKER:
            edge = edge_take(q=self.q, price=price, fee=fee)
        else:
            edge = edge_make(q=self.q, price=price, fee=fee, selection=self.selection)
        return edge_adjusted(edge=edge, stderr=self.stderr)


def stake(offer: Offer, *, fraction: float, roll: Cash, drawdown_lambda: float = 0.0) -> Cash | Breach:
    """Return the cash that fractional Kelly would spend, fee in, rounded down; refuses where there is no optimum."""
    if offer.unit_cost >= 1.0:
        return Cash(0)
    try:
        share = _share(offer, drawdown_lambda)
    except (ValueError, RuntimeError) as fault:
        return Breach("joint_kelly", str(fault), "an optimum")
    return Cash(int(roll * fraction * share))


def _share(offer: Offer, drawdown_lambda: float) -> float:
    if offer.joint is not None:
        return entry_share(offer.joint.entry, offer.joint.beside, drawdown_lambda=drawdown_lambda)
    cost, chance = offer.unit_cost, offer.chance
    if drawdown_lambda > 0.0:
        alone = Claim(0.0, chance, 1.0 / cost - 1.0, -1.0)
        return entry_share(alone, Beside(), drawdown_lambda=drawdown_lambda)
    return kelly_fraction(p_win=chance, cost=cost)


def size(offer: Offer, reserved: Reserved, limits: RiskLimits, *, desk: str, roll: Cash) -> Count | Breach:
    """Return the contracts that the stake and the limits allow, or the breach that refuses the order."""
    own = limits.desk(desk)
    if (full := risk.market_full(reserved, limits, desk=desk, roll=roll)) is not None:
        return full
    wish = stake(offer, fraction=own.fractional_kelly, roll=roll, drawdown_lambda=limits.drawdown_lambda)
    if isinstance(wish, Breach):
        return wish
    budget = Cash(min(wish, risk.trade_room(reserved, own, roll=roll)))
    count = risk.count_within(budget, offer.price, fee_of=offer.fee)
    count = Count(min(count, risk.contract_room(reserved, own), count if offer.shown is None else offer.shown))
    cost = offer.cost(count) if count > 0 else Cash(0)
    breach = risk.total_risk(reserved, limits, desk=desk, risk=cost, roll=roll) or risk.too_small(cost, limits)
    return breach or risk.min_edge(offer.edge(count), own) or count
