"""What must hold: after every step, and when the door has caught up. All counted from what the venue did, anew."""

from __future__ import annotations

from collections import Counter, defaultdict

from kalshi_desk.domain.order import book_side
from kalshi_desk.simulation.orders import SimState
from tests.steps.machine.limits import OPENING
from tests.steps.machine.money import Traded, cash_of_fills, net_count, paid_out
from tests.steps.machine.stakes import traded, within_limits
from tests.steps.machine.world import World


def check(world: World) -> None:
    """Check what must hold after every step."""
    no_order_twice(world)
    fills_are_the_venues(world)
    cash_is_conserved(world)
    within_limits(world)
    nothing_unexplained(world)


def no_order_twice(world: World) -> None:
    meant: dict[str, object] = {}
    for wish in world.venue.asked:
        what = (wish.ticker, wish.side, wish.price, wish.count, wish.time_in_force, wish.reduce_only)
        assert meant.setdefault(wish.client_order_id, what) == what, "an order id for another decision"
        order = world.tables.orders[wish.client_order_id].order
        assert what[:4] == (order.ticker, order.book_side, order.price, order.count), "sent what was not committed"
    placed = Counter(str(order.client_order_id).rpartition("-")[0] for order in world.venue.exchange.orders.values())
    assert all(count == 1 for count in placed.values()), f"two venue orders with one decision: {placed}"


def fills_are_the_venues(world: World) -> None:
    made = {(fill.fill_id, fill.order_id): fill for fill in world.venue.fills_made}
    for key, fill in world.tables.fills.items():
        assert key in made, f"a fill that never was: {fill}"
        told = made[key]
        same = (told.ticker, told.book_side, told.yes_price_dollars, told.count_fp, told.fee_cost, told.created_time)
        side = book_side(fill.outcome, fill.action)
        assert same == (fill.ticker, side, fill.price, fill.count, fill.fee, fill.occurred_at)
        venue_order = world.venue.exchange.orders[fill.venue_order_id]
        assert (fill.owner, fill.client_order_id) == ("desk", venue_order.client_order_id)


def cash_is_conserved(world: World) -> None:
    """The venue's cash is what all fills and payments moved; the ledger's lacks only what it has not booked yet."""
    fills, markets = traded(world), world.venue.exchange.markets
    paid = {body.ticker for body in world.venue.paid}
    moved = sum(map(cash_of_fills, fills.values()))
    payments = sum(paid_out(fills[ticker], markets[ticker].settlement_value) for ticker in paid)
    assert world.venue.exchange.accounts[world.tables.account].cash[0] == OPENING + moved + payments
    for ticker, settlement in world.tables.settlements.items():
        assert ticker in paid
        assert settlement.count == net_count(fills[ticker]), f"settled without a fill: {ticker}"
        assert settlement.revenue == paid_out(fills[ticker], markets[ticker].settlement_value)
    booked: dict[str, list[Traded]] = defaultdict(list)
    for fill in world.tables.fills.values():
        booked[fill.ticker].append((book_side(fill.outcome, fill.action), fill.price, fill.count, fill.fee))
    ours = OPENING + sum(map(cash_of_fills, booked.values()))
    ours += sum(paid_out(fills[ticker], markets[ticker].settlement_value) for ticker in world.tables.settlements)
    assert world.tables.cash() == ours


def nothing_unexplained(world: World) -> None:
    """The venue tells the truth here: what the door finds unsafe, or contradictory, is of its own making."""
    assert [alert for alert in world.alerts if alert.severity == "critical"] == []


def check_caught_up(world: World) -> None:
    """Check what must hold once the door has heard and asked everything."""
    assert world.door is not None
    assert [intent for intent in world.tables.intents.values() if intent.state in ("pending", "sent")] == []
    account, fills = world.venue.exchange.accounts[world.tables.account], traded(world)
    assert len(world.tables.fills) == len(world.venue.fills_made), "a fill was lost"
    assert world.tables.cash() == account.cash[0]
    assert set(world.tables.settlements) == {body.ticker for body in world.venue.paid}
    positions = {one.ticker: one for one in world.door.booking.positions.all(world.now)}
    for ticker in fills:
        there = 0 if ticker not in account.holdings else account.holdings[ticker].count
        assert positions[ticker].count == there
        gate = world.door.state.positions.get((ticker, "desk"))
        assert (0 if gate is None else gate.count) == there
    assert OPENING + sum(one.realized - one.fees - one.cost for one in positions.values()) == account.cash[0]
    assert world.equity is not None
    assert world.equity.cash == account.cash[0]
    placed = {order.client_order_id: order for order in world.venue.exchange.orders.values()}
    for name, row in world.tables.orders.items():
        if name in placed:
            state = "filled" if placed[name].state is SimState.EXECUTED else str(placed[name].state)
            assert (row.state, row.filled) == (state, placed[name].filled), name
        else:
            assert row.final
            assert not row.filled
    live = {name for name, row in world.tables.orders.items() if not row.final}
    assert set(world.door.state.orders) == live
