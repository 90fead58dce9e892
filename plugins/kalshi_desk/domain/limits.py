"""The limits of an account as frozen values: shares of the bankroll unless a dollar amount is set."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.units import Cash, Count, Fixed, Price


class Share(Fixed):
    """A share of the bankroll, unit 0.000001."""

    __slots__ = ()
    DECIMALS = 6


WHOLE = Share(10**Share.DECIMALS)


class Limit(msgspec.Struct, frozen=True):
    """A share of the bankroll, or a dollar amount that wins over it."""

    share: Share
    dollars: Cash | None = None

    def of(self, bankroll: Cash) -> Cash:
        """Return the limit in cash, rounded down."""
        return self.dollars if self.dollars is not None else Cash(bankroll * self.share // 10**Share.DECIMALS)

    def scaled(self, by: Share) -> Limit:
        """Return that share of the limit, rounded down."""
        dollars = None if self.dollars is None else Cash(self.dollars * by // WHOLE)
        return Limit(Share(self.share * by // WHOLE), dollars)


class DeskLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one desk (crypto or forecast); edges in dollars per $1 of payout, after fees."""

    min_edge: float
    fractional_kelly: float
    max_risk_per_trade: Limit
    max_total_risk: Limit
    max_daily_loss: Limit
    max_position_contracts: Count
    max_entries_per_day: int
    min_entry_price: Price
    max_entry_price: Price
    exits: frozenset[str]

    def scaled(self, by: Share) -> DeskLimits:
        """Return the limits with that share of the stake, of the risk a trade and of the risk in all."""
        return msgspec.structs.replace(
            self,
            fractional_kelly=self.fractional_kelly * by.number,
            max_risk_per_trade=self.max_risk_per_trade.scaled(by),
            max_total_risk=self.max_total_risk.scaled(by),
        )


class RungShares(msgspec.Struct, frozen=True, kw_only=True):
    """The share of its desk's limits that a strategy has on each rung of the ladder; 0 keeps it from trading."""

    paper: Share
    small: Share
    full: Share

    def of(self, rung: str) -> Share:
        """Return the share of a rung; raises KeyError for one that does not exist."""
        return {"paper": self.paper, "small": self.small, "full": self.full}[rung]


class RiskLimits(msgspec.Struct, frozen=True, kw_only=True):
    """All limits of an account: per desk, and over both.

    ``category_risk`` takes the place of ``max_category_risk`` in the categories that it names, casefolded;
    ``max_underlying_risk`` is over all markets of one coin, or of one series of the forecast desk;
    ``max_price_distance`` is between an entry's price and the book's mid; ``max_order_age_s`` from an order's approval
    to the end of its life.
    ``drawdown_lambda`` > 0 makes stakes keep E[wealth^-lambda] <= 1; 0 asks for nothing.
    """

    crypto: DeskLimits
    forecast: DeskLimits
    max_event_risk: Limit
    max_underlying_risk: Limit
    max_cluster_risk: Limit
    max_strategy_risk: Limit
    max_category_risk: Limit
    max_total_risk: Limit
    max_daily_loss: Limit
    max_drawdown: Share
    max_orders_per_minute: int
    max_price_distance: Price
    max_order_age_s: int
    min_order_cost: Cash
    initial_bankroll: Cash
    auto_reinvest: bool
    drawdown_lambda: float = 0.0
    category_risk: dict[str, Limit] = {}

    def desk(self, name: str) -> DeskLimits:
        """Return the limits of the desk named; raises KeyError for any other name."""
        return {"crypto": self.crypto, "forecast": self.forecast}[name]

    def within(self, category: str) -> RiskLimits:
        """Return the limits with the one over a category's markets as it is for this category."""
        own = self.category_risk.get(category)
        return self if own is None else msgspec.structs.replace(self, max_category_risk=own)

    def scaled(self, name: str, by: Share) -> RiskLimits:
        """Return the limits with one desk's scaled; raises KeyError for a desk that does not exist."""
        own = self.desk(name)
        return self if by == WHOLE else msgspec.structs.replace(self, **{name: own.scaled(by)})


class InputLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The oldest usable inputs, in seconds of event time."""

    index_s: float = 2.5
    spot_s: float = 2.0
    book_s: float = 15.0
    estimate_s: float = 86_400.0
