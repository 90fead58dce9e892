"""Fills, fees and profit of a replay, derived again from the raw rows of the recording."""

from collections import defaultdict
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from kalshi_desk.domain.ledger import Fill, Order, OrderEvent, Settlement
from kalshi_desk.replay.desk import DeskParams
from kalshi_desk.replay.recording import Tally, replay_recording
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.gate import gate_params
from kalshi_desk.wiring.strategy import crypto_params
from tests.replay.raw import Account, Book, rows_of

LATENCY_NS = 120_000_000
pytestmark = pytest.mark.recording


@pytest.fixture(scope="module")
def folder(recordings_dir):
    return recordings_dir / "kalshi_btc15m_ws_2026-05"


@pytest.fixture(scope="module")
def replayed(folder, tmp_path_factory):
    """The whole recording, with stakes large enough to eat through several levels."""
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(tmp_path_factory.mktemp("empty"))
        settings = load_settings(recording=folder, desk_profile="standard")
    params = DeskParams(crypto=crypto_params(settings), gate=gate_params(settings), latency_ns=LATENCY_NS)
    kept = (Order, OrderEvent, Fill, Settlement)
    stream = replay_recording(folder, start=None, params=params, tally=Tally())
    return [one for one in stream if isinstance(one, kept)]


@pytest.fixture(scope="module")
def markets(folder):
    rows = pq.read_table(folder / "markets.parquet").to_pylist()
    return {row["ticker"]: row for row in rows}


def by_ticker(replayed, kind):
    found = defaultdict(list)
    for one in replayed:
        if isinstance(one, kind):
            found[one.ticker].append(one)
    return found


def ends(events):
    """When each order was taken off the book, if it was."""
    return {e.client_order_id: int(e.at) for e in events if e.event == "canceled" and e.remaining == 0}


def change_sets(rows):
    """Rows of one instant are one change."""
    sets = []
    for row in rows:
        if sets and sets[-1][0].at == row.at and row.reset is None:
            sets[-1].append(row)
        else:
            sets.append([row])
    return sets


class Walk:
    """One market walked through: each order meets the book as all rows up to its arrival have left it."""

    def __init__(self, rows, orders, gone):
        self.book, self.account, self.fills = Book(), Account(), []
        self.carried, self.left, self.gone = defaultdict(Decimal), {}, gone
        waiting = sorted(orders, key=lambda order: order.at)
        for change in change_sets(rows):
            while waiting and waiting[0].at + LATENCY_NS < change[0].at:
                self.arrive(waiting.pop(0))
            self.book.change(change)
            self.reach(change[0].at)
        for order in waiting:
            self.arrive(order)

    def arrive(self, order):
        at, side = int(order.at) + LATENCY_NS, str(order.book_side)
        offers = self.book.offers(side, int(order.price))
        if order.style == "take":
            wanted = int(order.count)
            if order.reduce_only:
                wanted = min(wanted, max(0, self.account.held if side == "ask" else -self.account.held))
            for offer in offers:
                count = min(wanted, offer[3])
                wanted -= count
                self.fill(order, at, offer[0], count, taken=[(offer, count)])
        elif not offers:
            self.left[order.client_order_id] = (order, int(order.count))

    def reach(self, at):
        for name, (order, left) in list(self.left.items()):
            if self.gone.get(name, at + 1) <= at:
                del self.left[name]
                continue
            count, taken = 0, []
            for offer in self.book.offers(str(order.book_side), int(order.price)):
                part = min(left - count, offer[3])
                taken.append((offer, part))
                count += part
            if count:
                self.fill(order, at, int(order.price), count, taken=taken)
                self.left[name] = (order, left - count)
                if left == count:
                    del self.left[name]

    def fill(self, order, at, price, count, *, taken):
        if not count:
            return
        for offer, part in taken:
            self.book.take(offer, part)
        name = order.client_order_id
        net, self.carried[name] = self.account.fill(
            str(order.book_side), price, count, taker=order.style == "take", carried=self.carried[name]
        )
        self.fills.append((name, at, price, count, net))


def test_every_fill_fee_and_profit_is_derived_again_from_the_raw_rows(folder, replayed, markets):
    orders, fills = by_ticker(replayed, Order), by_ticker(replayed, Fill)
    events, settlements = by_ticker(replayed, OrderEvent), by_ticker(replayed, Settlement)
    assert sum(len(found) for found in fills.values()) > 20
    total = Decimal(0)
    for ticker, wishes in orders.items():
        close_ns = int(markets[ticker]["close_time"].timestamp()) * 10**9
        walk = Walk(rows_of(folder, ticker, close_ns), wishes, ends(events[ticker]))
        told = [(f.client_order_id, int(f.at), int(f.price), int(f.count), Decimal(str(f.fee))) for f in fills[ticker]]
        assert walk.fills == told, ticker
        if told:
            [settlement] = settlements[ticker]
            profit = walk.account.settled(markets[ticker]["result"])
            assert abs(profit - Decimal(str(settlement.pnl))) <= Decimal("0.000001"), ticker
            total += profit
    assert total == sum(Decimal(str(s.pnl)) for found in settlements.values() for s in found)


def test_no_decision_became_two_orders(replayed):
    decisions = [one.decision_id for one in replayed if isinstance(one, Order)]
    assert len(decisions) == len(set(decisions))


def test_nothing_was_refused_by_the_venue_but_crossing_post_only_orders(replayed):
    rejected = {e.reason for e in replayed if isinstance(e, OrderEvent) and e.event == "rejected"}
    assert rejected <= {"invalid_order post only cross"}


def test_results_come_in_event_time(replayed):
    times = [one.at for one in replayed]
    assert times == sorted(times)
