"""What is at stake, counted from what the venue holds and may still be sent, against every limit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction

from kalshi_desk.domain.risk import DAY_NS
from kalshi_desk.domain.units import Cash, Nanos, seconds
from tests.steps.machine.money import Traded, cost_of_held, net_count
from tests.steps.machine.tables import Row
from tests.steps.machine.world import World

ROUNDING = 100  # the grid of the venue's balances: an order's fills may round up once more than its one fill would


def traded(world: World) -> dict[str, list[Traded]]:
    """Return the venue's fills by market."""
    found: dict[str, list[Traded]] = defaultdict(list)
    for fill in world.venue.fills_made:
        found[fill.ticker].append((fill.book_side, fill.yes_price_dollars, fill.count_fp, fill.fee_cost))
    return found


def at_stake(world: World) -> dict[str, Fraction]:
    """Return the worst loss of each market not paid: what is held there, and all that may still be bought."""
    paid = {body.ticker for body in world.venue.paid}
    held = {ticker: cost_of_held(fills) for ticker, fills in traded(world).items() if ticker not in paid}
    total: dict[str, Fraction] = defaultdict(Fraction, held)
    for row in world.tables.orders.values():
        if row.order.action == "enter" and row.order.ticker not in paid:
            total[row.order.ticker] += Fraction(row.order.risk * open_count(world, row), row.order.count)
    return total


def open_count(world: World, row: Row) -> int:
    """Return the contracts that an order may still trade at the venue."""
    order_id = row.order.client_order_id
    for placed in world.venue.exchange.orders.values():
        if placed.client_order_id == order_id:
            return placed.remaining
    flies = any(flight.order.client_order_id == order_id for flight in world.venue.flights)
    return row.order.count if flies or world.tables.intents[row.sequence].state in ("pending", "sent") else 0


def within_limits(world: World) -> None:
    limits, stakes, fills = world.params.limits, at_stake(world), traded(world)
    sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    slack = ROUNDING * len(world.venue.fills_made)
    for ticker, risk in stakes.items():
        owner = world.params.owner_of(ticker)
        for key in _scopes(ticker, owner):
            sums[key] += risk
        assert risk <= (limits.desk(owner).max_risk_per_trade.dollars or 0) + slack, f"{ticker}: {risk}"
        entering = sum(
            open_count(world, row)
            for row in world.tables.orders.values()
            if row.order.ticker == ticker and row.order.action == "enter"
        )
        assert abs(net_count(fills[ticker])) + entering <= limits.desk(owner).max_position_contracts
    for (name, scope), risk in sums.items():
        limit = limits.desk(scope).max_total_risk if name == "desk" else getattr(limits, name)
        assert risk <= limit.dollars + slack, f"{name} {scope}: {Cash(int(risk))} above {limit.dollars}"
    _entries(world)


def _scopes(ticker: str, owner: str) -> Iterator[tuple[str, str]]:
    yield "max_total_risk", ""
    yield "desk", owner
    yield "max_event_risk", ticker.rpartition("-")[0]
    yield "max_underlying_risk", ticker.partition("-")[0]
    yield "max_category_risk", owner
    yield "max_strategy_risk", owner
    if owner == "forecast":
        yield "max_cluster_risk", owner


def _entries(world: World) -> None:
    """The entries of a day, and the orders of the minute before each entry."""
    days: Counter[tuple[str, int]] = Counter()
    times = [row.order.at for row in world.tables.orders.values()]
    placed = {order.client_order_id: order for order in world.venue.exchange.orders.values()}
    for row in world.tables.orders.values():
        order = row.order
        if order.action != "enter":
            continue
        done = placed.get(order.client_order_id)
        days[order.desk, order.at // DAY_NS] += bool(open_count(world, row) or (done is not None and done.filled))
        before = sum(Nanos(order.at - seconds(60)) < at <= order.at for at in times[: row_number(world, row)])
        assert before < world.params.limits.max_orders_per_minute
    for (owner, _), count in days.items():
        assert count <= world.params.limits.desk(owner).max_entries_per_day


def row_number(world: World, row: Row) -> int:
    """Return how many orders were committed before one."""
    return list(world.tables.orders).index(row.order.client_order_id)
