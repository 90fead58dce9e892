"""The five exit rules, each a pure function of one held position as its own side sees the book.

Prices are those of the side held (NO = 1 - YES): B bid, A ask, q our probability of the side, E the mean entry price,
sale = B less the exact fee of selling all. Prices are compared as integers; what meets q is compared as floats with a
tolerance far below any tick, so that a position and its mirror image always decide alike.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import msgspec

from kalshi_desk.domain.fees import Accumulator, Role, charge, trade_fee
from kalshi_desk.domain.market import FeeSchedule
from kalshi_desk.domain.units import CONTRACT, PAYOUT, Cash, Count, Price, cash_of

PRECEDENCE = ("stop", "sell_dear", "take_profit", "time_decay", "edge_gone")
TWO_REVIEWS = frozenset({"stop", "edge_gone"})
TAKE, REST = "take", "rest"
_EPS = 1e-9
_DAY_S = 86_400.0


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A position and the book, from its own side.

    ``count`` held (> 0) and ``cost`` paid for it, fees apart; ``sale_fee`` of selling all of it at the bid now;
    ``maker_fee`` in dollars per contract at q; ``seconds_left`` to close.
    """

    count: Count
    cost: Cash
    bid: Price | None
    ask: Price | None
    sale_fee: Cash
    maker_fee: float
    q: float
    seconds_left: float

    @property
    def entry(self) -> float:
        """The mean entry price E, dollars per contract."""
        return self.cost / (self.count * 10_000)

    @property
    def sale(self) -> float | None:
        """What a contract brings if sold at the bid, less the fee; None without a bid."""
        return None if self.bid is None else (self.bid * self.count - self.sale_fee) / (self.count * 10_000)


class ExitWish(msgspec.Struct, frozen=True):
    """What a rule asks for: ``style`` take (IOC at the bid) or rest (post-only); ``price`` of the side held."""

    rule: str
    style: str
    price: Price


def stop(held: Held) -> ExitWish | None:
    """Sell when q fell to E - max(0.10 E, 0.03) or below: at the bid if that costs at most 0.02, else rest at q."""
    entry, sale = held.entry, held.sale
    if held.q > entry - max(0.10 * entry, 0.03) + _EPS:
        return None
    if held.bid is not None and sale is not None and sale >= held.q - 0.02 - _EPS:
        return ExitWish("stop", TAKE, held.bid)
    return _rest("stop", held.q)


def sell_dear(held: Held) -> ExitWish | None:
    """Sell at the bid when that brings 0.01 more than q."""
    if held.bid is None or held.sale is None or held.sale < held.q + 0.01 - _EPS:
        return None
    return ExitWish("sell_dear", TAKE, held.bid)


def take_profit(held: Held) -> ExitWish | None:
    """Sell at a bid of 0.90 or more what cost 0.80 or less, unless that gives away more than 0.01 against q."""
    if held.bid is None or held.sale is None or held.bid < 9_000 or held.cost > 8_000 * held.count:
        return None
    return ExitWish("take_profit", TAKE, held.bid) if held.sale >= held.q - 0.01 - _EPS else None


def time_decay(held: Held) -> ExitWish | None:
    """In the last 24 h, rest at q plus the maker fee when holding on is worth less than 0.05 over selling."""
    if held.sale is None or held.seconds_left > _DAY_S or held.q - held.sale >= 0.05 - _EPS:
        return None
    return _rest("time_decay", held.q + held.maker_fee)


def edge_gone(held: Held) -> ExitWish | None:
    """Rest at q plus the maker fee when the mid of a tight book (0.06) agrees with q to 0.02."""
    if held.bid is None or held.ask is None or held.ask - held.bid > 600:
        return None
    if abs(held.q - (held.bid + held.ask) / 20_000) > 0.02 + _EPS:
        return None
    return _rest("edge_gone", held.q + held.maker_fee)


RULES: dict[str, Callable[[Held], ExitWish | None]] = {
    "stop": stop, "sell_dear": sell_dear, "take_profit": take_profit, "time_decay": time_decay, "edge_gone": edge_gone,
}  # fmt: skip


def review(held: Held, enabled: frozenset[str], before: frozenset[str]) -> tuple[ExitWish | None, frozenset[str]]:
    """Return the first wish in order of precedence, and the rules whose condition holds now.

    ``before`` are the rules whose condition held at the review before; stop and edge_gone need both.
    """
    wishes = {rule: wish for rule in PRECEDENCE if rule in enabled and (wish := RULES[rule](held)) is not None}
    fired = (wish for rule, wish in wishes.items() if rule not in TWO_REVIEWS or rule in before)
    return next(fired, None), frozenset(wishes)


def _rest(rule: str, value: float) -> ExitWish | None:
    price = ceil(value * PAYOUT - 1e-6)
    return ExitWish(rule, REST, Price(max(1, price))) if price < PAYOUT else None


def sale_fee(schedule: FeeSchedule, *, price: Price, count: Count, align: Cash) -> Cash:
    """Return the net fee of selling ``count`` held contracts at ``price`` in one fill; raises UnknownFee."""
    fee = trade_fee(schedule, role=Role.TAKER, price=price, count=count)
    return charge(fee, revenue=cash_of(price, count), accumulator=Accumulator(align)).net_fee


def resting_fee(schedule: FeeSchedule, q: float) -> float:
    """Return the maker fee of one contract at ``q``, in dollars; raises UnknownFee."""
    price = Price(min(PAYOUT - 1, max(1, round(q * PAYOUT))))
    return trade_fee(schedule, role=Role.MAKER, price=price, count=CONTRACT).number
