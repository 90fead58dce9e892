"""What asking models costs, exactly, and whether a call may start.

Money is Cash ($0.000001); prices are Cash per million tokens; what does not come out even is rounded up.
"""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.risk import Breach
from kalshi_desk.domain.units import NANOS, Cash, Nanos

MILLION = 1_000_000
WRITTEN_PERCENT, READ_PERCENT = 125, 10
DAY_NS = 86_400 * NANOS
MONTH_DAYS = 30
BUDGETS = DAILY, MARKET = "llm_daily_budget", "llm_market_budget"


class TokenPrice(msgspec.Struct, frozen=True):
    """Cash per million tokens that go in and that come out."""

    input: Cash
    output: Cash


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens of one call, each counted once.

    ``written`` went into the vendor's prompt cache (a quarter dearer), ``read`` came from it (a tenth of the price).
    """

    input: int
    output: int
    written: int = 0
    read: int = 0

    @property
    def total_input(self) -> int:
        """All tokens that went in, cached or not."""
        return self.input + self.written + self.read


class Budget(msgspec.Struct, frozen=True):
    """Cash that may be spent on models in one event day: over all markets, and on one."""

    daily: Cash
    market: Cash


class Spent(msgspec.Struct, frozen=True):
    """Cash spent or reserved in one event day: over all markets, and on the market in question."""

    daily: Cash
    market: Cash


def cost(usage: Usage, price: TokenPrice) -> Cash:
    """Return what a call costs, rounded up to $0.000001."""
    weighted = 100 * usage.input + WRITTEN_PERCENT * usage.written + READ_PERCENT * usage.read
    return Cash(-(-(weighted * price.input + 100 * usage.output * price.output) // (100 * MILLION)))


def worst_cost(price: TokenPrice, *, prompt_bytes: int, max_output: int, attempts: int) -> Cash:
    """Return the most that a call can cost: no token is shorter than a byte, and each attempt may be charged."""
    once = cost(Usage(input=0, written=prompt_bytes, output=max_output), price)
    return Cash(attempts * once)


def over_budget(budget: Budget, spent: Spent, worst: Cash) -> Breach | None:
    """Return the budget that a call of at most ``worst`` could break, or None where it may start."""
    for name, used, limit in (
        (DAILY, spent.daily, budget.daily),
        (MARKET, spent.market, budget.market),
    ):
        if used + worst > limit:
            return Breach(name, str(Cash(used + worst)), str(limit))
    return None


def month_estimate(spent: Cash, *, since: Nanos, now: Nanos) -> Cash:
    """Return what 30 days cost at the pace of what was spent from ``since`` to ``now``; at least a day is assumed."""
    elapsed = max(now - since, DAY_NS)
    return Cash(-(-spent * MONTH_DAYS * DAY_NS // elapsed))


def day_of(now: Nanos) -> tuple[Nanos, Nanos]:
    """Return the first instant of the UTC day of ``now`` and of the next."""
    start = now // DAY_NS * DAY_NS
    return Nanos(start), Nanos(start + DAY_NS)
