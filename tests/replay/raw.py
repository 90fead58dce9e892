"""A slow second opinion on a replay: raw parquet rows, plain dictionaries and decimals, nothing of the desk's own code.

Prices are in units of $0.0001 and counts in 0.01 contracts, as the files have them; money is Decimal dollars.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import pyarrow.compute as pc
import pyarrow.parquet as pq

GRID, MICRO = Decimal("0.0001"), Decimal("0.000001")
OTHER = {"yes": "no", "no": "yes"}


@dataclass
class Row:
    """One delta row; ``reset`` is the whole book that a snapshot right before it showed."""

    at: int
    side: str
    price: int
    delta: int
    reset: dict | None


def rows_of(folder, ticker, close_ns):
    """Return the rows of the longest gapless connection of a market before its close."""
    table = pq.read_table(folder / "book_deltas.parquet", filters=[("ticker", "==", ticker)])
    shots = pq.read_table(folder / "book_snapshots.parquet", filters=[("ticker", "==", ticker)]).to_pylist()
    runs = {}
    for run in sorted(pc.unique(table["run_id"]).to_pylist()):
        books = {shot["seq"]: shot for shot in shots if shot["run_id"] == run}
        deltas = table.filter(pc.equal(table["run_id"], run)).to_pylist()
        if gapless(deltas, books):
            runs[run] = deltas, books
    run = max(runs, key=lambda one: (len(runs[one][0]), -one))
    deltas, books = runs[run]
    found = []
    for delta in deltas:
        shot = books.get(delta["seq"] - 1)
        reset = None if shot is None else {"yes": levels(shot["yes_levels_json"]), "no": levels(shot["no_levels_json"])}
        found.append(Row(delta["exch_us"] * 1_000, delta["side"], delta["price_e4"], delta["delta_e2"], reset))
    return [row for row in found if row.at < close_ns]


def gapless(deltas, books):
    last = None
    for delta in deltas:
        missing = [delta["seq"] - 1] if last is None else range(last + 1, delta["seq"])
        if any(seq not in books for seq in missing):
            return False
        last = delta["seq"]
    return bool(deltas)


def levels(text):
    return {int(Decimal(price) * 10_000): int(Decimal(count) * 100) for price, count in json.loads(text)}


@dataclass
class Book:
    """The recorded book, and what of it we took already."""

    bids: dict = field(default_factory=lambda: {"yes": {}, "no": {}})
    taken: dict = field(default_factory=lambda: defaultdict(int))

    def change(self, rows):
        """Apply one change set; what was taken of a level it touches is never more than what is left there."""
        for row in rows:
            if row.reset is not None:
                self.bids = {side: dict(found) for side, found in row.reset.items()}
            book = self.bids[row.side]
            book[row.price] = book.get(row.price, 0) + row.delta
            assert book[row.price] >= 0
        whole = any(row.reset is not None for row in rows)
        touched = {(row.side, row.price) for row in rows}
        for key in list(self.taken):
            if whole or key in touched:
                self.taken[key] = min(self.taken[key], self.bids[key[0]].get(key[1], 0))

    def offers(self, book_side, limit):
        """Return (YES price, side, level, free contracts) that meet an order at a YES limit, best first."""
        side = "no" if book_side == "bid" else "yes"
        found = []
        for level, size in self.bids[side].items():
            price = 10_000 - level if side == "no" else level
            free = size - self.taken[side, level]
            if free > 0 and (price <= limit if book_side == "bid" else price >= limit):
                found.append((price, side, level, free))
        return sorted(found, reverse=book_side == "ask")

    def take(self, offer, count):
        self.taken[offer[1], offer[2]] += count


@dataclass
class Account:
    """What one market did to cash: signed contracts (YES positive), money in and out, fees."""

    held: int = 0
    cash: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)

    def fill(self, book_side, price, count, *, taker, carried):
        """Book a fill; returns (net fee, rounding carried on within the order)."""
        closes = max(0, min(count, -self.held if book_side == "bid" else self.held))
        paid, got = (price, 10_000 - price) if book_side == "bid" else (10_000 - price, price)
        revenue = (Decimal(got) * closes - Decimal(paid) * (count - closes)) / 1_000_000
        share = Decimal(price) / 10_000
        model = Decimal("0.07") * Decimal(count) / 100 * share * (1 - share) if taker else Decimal(0)
        fee = model.quantize(MICRO, ROUND_CEILING)
        rounding = revenue - fee - (revenue - fee).quantize(GRID, ROUND_FLOOR)
        carried += rounding
        rebate = min(carried, fee + rounding).quantize(GRID, ROUND_FLOOR)
        net = fee + rounding - rebate
        self.held += count if book_side == "bid" else -count
        self.cash += revenue
        self.fees += net
        return net, carried - rebate

    def settled(self, result):
        """Return the profit of the market once it paid."""
        pays = self.held if result == "yes" else -self.held
        return self.cash - self.fees + Decimal(max(0, pays)) / 100
