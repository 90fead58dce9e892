"""The forecast desk as rows: what is watched with price, estimate and edge; who said what; evidence; spend."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kalshi_desk.domain.edge import edge_take
from kalshi_desk.domain.fees import Role, expected_fee, fee_known, in_force
from kalshi_desk.domain.market import FeeSchedule, Market, Outcome
from kalshi_desk.domain.message import Decoder
from kalshi_desk.domain.units import CONTRACT, Cash, Nanos, Price
from kalshi_desk.page.facts import Facts
from kalshi_desk.page.forecast_tables import ForecastTables, Row

_market: Decoder[Market] = Decoder(Market, "desk.markets")


@dataclass(frozen=True)
class WatchRow:
    """A watched market; ``edge`` is that of taking the better ``outcome`` after fees, None where it is unknown."""

    row: Row
    outcome: Outcome | None
    edge: float | None


@dataclass(frozen=True)
class Spend:
    """The day's cost of models beside its cap, in dollars; ``share`` of the cap used, at most 1; ``month``'s pace."""

    dollars: Decimal
    cap: Decimal
    month: Cash | None
    calls: int
    faults: int
    cached: int
    tokens: int

    @property
    def share(self) -> float:
        return min(1.0, float(self.dollars / self.cap))


def watch_rows(facts: Facts) -> list[WatchRow]:
    """Return the top of the watch list."""
    return [_watched(row, facts.now) for row in _forecasts(facts).watched]


def spend(facts: Facts) -> Spend | None:
    """Return the day's spend, None while it is not known."""
    tables = _forecasts(facts)
    return None if tables.spent is None else Spend(cap=facts.llm_daily_budget, month=tables.month, **tables.spent)


def _forecasts(facts: Facts) -> ForecastTables:
    return ForecastTables() if facts.tables is None else facts.tables.forecasts


def _watched(row: Row, now: Nanos | None) -> WatchRow:
    market = _market(row["definition"])
    if row["p_yes"] is None or now is None or market.fee is None or not fee_known(market.fee):
        return WatchRow(row, None, None)
    fee = in_force(market.fee, now)
    sides = [
        (_edge(fee, price, q), outcome)
        for outcome, price, q in (
            (Outcome.YES, _price(row["ask_dollars"]), row["p_yes"]),
            (Outcome.NO, _no(row["bid_dollars"]), 1 - row["p_yes"]),
        )
        if price is not None
    ]
    edge, outcome = max(sides, default=(None, None))
    return WatchRow(row, outcome, edge)


def _edge(schedule: FeeSchedule, price: Price, q: float) -> float:
    fee = expected_fee(schedule, role=Role.TAKER, price=price, count=CONTRACT)
    return edge_take(q=q, price=price.number, fee=fee.number)


def _price(dollars: Decimal | None) -> Price | None:
    return None if dollars is None else Price.parse(str(dollars))


def _no(bid_dollars: Decimal | None) -> Price | None:
    bid = _price(bid_dollars)
    return None if bid is None else bid.complement
