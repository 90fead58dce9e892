"""Orders, events and fills for tests, with everything but the point of the test filled in."""

from typing import Any

from kalshi_desk.domain.ledger import Fill, Order, OrderEvent, Settlement
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.order import book_side
from kalshi_desk.domain.units import Cash, Count, Nanos, Price

ACCOUNT = "sim:synthetic:7"
TICKER = "KXBTC15M-26NOV211200-00"
NOW = Nanos.parse("2026-11-21T12:00:00Z")


def order(number: int = 1, **changes: Any) -> Order:
    outcome, action = changes.get("outcome", Outcome.YES), changes.get("action", "enter")
    fields: dict[str, Any] = {
        "at": NOW, "account": ACCOUNT, "ticker": TICKER, "desk": "crypto", "strategy": "crypto_fair_value",
        "decision_id": f"decision{number}", "client_order_id": f"decision{number}-1", "outcome": outcome,
        "book_side": book_side(outcome, action), "action": action, "style": "take", "price": Price.parse("0.40"),
        "count": Count.parse("5"), "reduce_only": False, "expires_at": Nanos(NOW + 5_000_000_000),
        "risk": Cash.parse("2.1"), "seen": "17",
    }  # fmt: skip
    return Order(**fields | changes)


def event(of: Order, name: str, filled: str = "0", **changes: Any) -> OrderEvent:
    count = Count.parse(filled)
    fields: dict[str, Any] = {
        "at": NOW, "account": of.account, "ticker": of.ticker, "client_order_id": of.client_order_id,
        "venue_order_id": f"venue-{of.client_order_id}", "event": name, "filled": count,
        "remaining": Count(of.count - count),
    }  # fmt: skip
    return OrderEvent(**fields | changes)


def fill(of: Order | None, fill_id: str = "f1", **changes: Any) -> Fill:
    source = of or order()
    fields: dict[str, Any] = {
        "at": NOW, "occurred_at": NOW, "account": ACCOUNT, "ticker": source.ticker, "fill_id": fill_id,
        "venue_order_id": f"venue-{source.client_order_id}", "client_order_id": of.client_order_id if of else None,
        "owner": "desk" if of else "manual", "strategy": of.strategy if of else None, "outcome": source.outcome,
        "action": source.action, "price": source.price, "count": source.count, "is_taker": True,
        "fee": Cash.parse("0.084"),
    }  # fmt: skip
    return Fill(**fields | changes)


def settlement(**changes: Any) -> Settlement:
    """Return the end of a market of which five YES were held: NO."""
    fields: dict[str, Any] = {
        "at": NOW, "occurred_at": NOW, "account": ACCOUNT, "ticker": TICKER, "result": "no", "value": Price(0),
        "count": Count.parse("5"), "cost": Cash.parse("2"), "fees": Cash.parse("0.084"), "revenue": Cash(0),
        "pnl": Cash.parse("-2.084"),
    }  # fmt: skip
    return Settlement(**fields | changes)
