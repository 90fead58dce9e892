"""What is told to the door and heard of it: markets and their books, the portfolio's process, switches."""

from __future__ import annotations

from typing import Any

import msgspec

from kalshi_desk.domain.breakers import throw
from kalshi_desk.domain.control import Alert, Switch
from kalshi_desk.domain.inputs import BookChanged, MarketDefined
from kalshi_desk.domain.ledger import Equity, OrderEvent, Position
from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import PAYOUT, Count, Price
from kalshi_desk.steps import mark
from kalshi_desk.steps.gate_state import observe
from tests.steps import desk
from tests.steps.machine.door import TurningDoor
from tests.steps.machine.limits import OPENING, machine_limits
from tests.steps.machine.venue import Venue

SERIES = ("KXBTCD-26MAY1309", "KXBTCD-26MAY1309", "KXBTCD-26MAY1310", "KXCPI-26MAY", "KXGDP-26Q2")


class Outside:
    """Markets and topics of one account; ``door`` is the process that owns it now, ``shown`` what is known of each."""

    def __init__(self) -> None:
        self.now, self.params = desk.T0, desk.params(limits=machine_limits())
        self.venue, self.portfolio = Venue(desk.ACCOUNT, OPENING, desk.T0), mark.MarkState(OPENING)
        self.door: TurningDoor | None = None
        self.switches: dict[tuple[str, str], Switch] = {}
        self.shown: dict[str, dict[str, Message]] = {}
        self.alerts: list[Alert] = []
        self.equity: Equity | None = None
        self.tickers: list[str] = []
        for number in range(len(SERIES)):
            self.list_market(number)
        self.mark()

    def list_market(self, number: int) -> None:
        """List the next market of a series, with a book."""
        ticker = f"{SERIES[number]}-T{len(self.shown)}"
        self.tickers[number : number + 1] = [ticker]
        self.shown[ticker] = {}
        category = "Crypto" if number < 3 else "Economics"
        market = desk.market(ticker, category=category, close_time=desk.later(100 * 86_400))
        self.venue.exchange.define(market)
        self.tell(ticker, MarketDefined(at=self.now, market=market))
        self.change_book(ticker, 48, 52, 2_000)

    def change_book(self, ticker: str, bid: int, ask: int, count: int) -> None:
        """Show another book: two levels a side, prices in cents."""
        yes, no = (
            tuple((Price(100 * price), Count(count)) for price in (best, best - 1) if price > 0)
            for best in (bid, 100 - ask)
        )
        change = BookChanged(
            at=self.now, occurred_at=self.now, ticker=ticker, version=1, snapshot=True, yes=yes, no=no,
        )  # fmt: skip
        self.venue.happened(self.venue.exchange.external(change))
        self.tell(ticker, change)

    def believe(self, ticker: str, p_yes: float, name: str) -> None:
        """Believe in a probability of YES: a fair value of the crypto desk's market, an estimate of another."""
        crypto = self.params.owner_of(ticker) == "crypto"
        told = desk.fair_value(p_yes, at=self.now, ticker=ticker) if crypto else None
        self.tell(ticker, told or desk.estimate(p_yes, at=self.now, ticker=ticker, name=name))

    def end_market(self, number: int, yes: bool) -> None:
        """End a market's trading; what it pays is known."""
        market = self.venue.exchange.markets[self.tickers[number]]
        result = {"result": "yes" if yes else "no", "settlement_value": PAYOUT if yes else Price(0)}
        ended = msgspec.structs.replace(market, close_time=self.now, status=MarketStatus.DETERMINED, **result)
        self.venue.exchange.define(ended)
        self.venue.happened(self.venue.exchange.advance(self.now))
        self.tell(market.ticker, MarketDefined(at=self.now, market=ended))
        self.list_market(number)

    def pay(self, ticker: str) -> None:
        """Pay an ended market out."""
        market = self.venue.exchange.markets[ticker]
        value = market.settlement_value or Price(0)
        changes = self.venue.exchange.settle(ticker, result=market.result, value=value, now=self.now)
        self.venue.exchange.define(msgspec.structs.replace(market, status=MarketStatus.FINALIZED))
        self.venue.happened(changes)
        if self.door is not None:
            self.door.due.add(ticker)

    @property
    def ended(self) -> list[str]:
        """The markets that have ended and not paid."""
        markets = self.venue.exchange.markets.values()
        return [market.ticker for market in markets if market.status is MarketStatus.DETERMINED]

    def tell(self, ticker: str, message: Message) -> None:
        """Publish what is known of a market."""
        self.shown[ticker][type(message).__name__] = message
        self._show(message)

    def _show(self, message: Message) -> None:
        mark.remember(self.portfolio, message)
        if self.door is not None:
            observe(self.door.state, message)

    def heard(self, message: Message) -> None:
        """Hear what the door published."""
        if isinstance(message, Alert):
            self.alerts.append(message)
        elif isinstance(message, Switch):
            throw(self.switches, message)
            mark.remember(self.portfolio, message)
        elif isinstance(message, (Position, OrderEvent)):
            self._marked(mark.observe(self.portfolio, message, params=self.params))

    def mark(self) -> None:
        """Let the portfolio tell what the account is worth now."""
        self._marked(mark.mark_now(self.portfolio, now=self.now, params=self.params))

    def _marked(self, told: list[Any]) -> None:
        for message in told:
            if isinstance(message, Equity):
                self.equity = message
            if isinstance(message, (Equity, Switch)):
                self.throw(message)

    def throw(self, message: Equity | Switch) -> None:
        """Show equity or a switch to the door."""
        if isinstance(message, Switch):
            throw(self.switches, message)
            mark.remember(self.portfolio, message)
        if self.door is not None:
            observe(self.door.state, message)
