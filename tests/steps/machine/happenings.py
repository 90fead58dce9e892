"""What happens outside: books, time, faults on the way, deaths, ends of markets, and what a person does."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.market import BookSide
from kalshi_desk.domain.units import Count
from tests.steps.machine.life import Life
from tests.steps.machine.outside import SERIES

FATES = ["answer", "miss", "lose", "late", "drop", "down", "busy", "reject"]
markets = st.integers(0, len(SERIES) - 1)


class Happenings(Life):
    @rule(number=markets, bid=st.integers(2, 96), spread=st.integers(1, 4), count=st.sampled_from([1, 150, 700, 9_000]))
    def the_book_changes(self, number, bid, spread, count):
        self.world.change_book(self.world.tickers[number], bid, bid + spread, count)

    @rule(at=st.integers(0, 9), count=st.sampled_from([1, 60, 150, 9_000]), through=st.integers(0, 2))
    def the_market_comes_to_us(self, at, count, through):
        """Fill a part of an order that rests, or all of it."""
        resting = [order for order in self.world.venue.exchange.orders.values() if order.remaining]
        if resting:
            order = resting[at % len(resting)]
            cents = order.price // 100 + (-through if order.side is BookSide.BID else through)
            bid, ask = (cents - 3, cents) if order.side is BookSide.BID else (cents, cents + 3)
            self.world.change_book(order.ticker, max(1, bid), min(99, ask), count)

    @rule(at=st.integers(0, 9), tenths=st.integers(0, 9))
    def a_person_lowers_an_order(self, at, tenths):
        resting = [order for order in self.world.venue.exchange.orders.values() if order.remaining]
        if resting:
            order = resting[at % len(resting)]
            self.world.venue.lower(order, Count(order.remaining * tenths // 10))

    @rule(wait_s=st.sampled_from([0.1, 0.5, 1.0]))
    def a_moment_passes(self, wait_s):
        self.world.pass_time(wait_s)

    @rule(wait_s=st.sampled_from([3.0, 9.0, 21.0, 61.0, 700.0]))
    def time_passes(self, wait_s):
        self.world.finish()
        self.world.pass_time(wait_s)

    @rule(wait_s=st.sampled_from([2.0, 4.5, 14.0]))
    def the_process_is_frozen(self, wait_s):
        self.world.pass_time(wait_s, frozen=True)

    @rule(fates=st.lists(st.sampled_from(FATES), max_size=3), deaf=st.integers(0, 3))
    def the_way_is_bad(self, fates, deaf):
        self.world.venue.fates, self.world.venue.deaf = list(fates), deaf

    @precondition(lambda self: self.world.venue.flights)
    @rule(at=st.integers(0, 5))
    def an_order_arrives(self, at):
        flights = self.world.venue.flights
        self.world.venue.arrive(flights[at % len(flights)])

    @rule(wait_s=st.sampled_from([0.0, 6.0]), turns=st.sampled_from([300, 20, 3]))
    def the_door_dies(self, wait_s, turns):
        self.world.die()
        self.world.venue.frames.clear()
        self.world.pass_time(wait_s + 0.1)
        if self.world.start():
            self.world.go_on("open", turns)

    @precondition(lambda self: self.world.tables.leased_until <= self.world.now)
    @rule(turns=st.sampled_from([300, 20, 3]))
    def another_takes_over(self, turns):
        self.world.lose()
        self.world.go_on("open", turns)

    @precondition(lambda self: self.world.losers)
    @rule(at=st.integers(0, 9), turns=st.sampled_from([1, 2, 5]))
    def a_loser_wakes_up(self, at, turns):
        self.world.loser_goes_on(at, turns)

    @rule(number=markets, yes=st.booleans(), pays=st.booleans())
    def a_market_ends(self, number, yes, pays):
        ticker = self.world.tickers[number]
        self.world.end_market(number, yes)
        if pays:
            self.world.pay(ticker)

    @precondition(lambda self: self.world.ended)
    @rule()
    def a_market_pays(self):
        self.world.pay(self.world.ended[0])

    @rule(name=st.sampled_from(["pause", "halt", "flatten"]), on=st.integers(0, 7).map(lambda n: n == 7))
    def a_person_switches(self, name, on):
        self.world.throw(Switch(at=self.world.now, name=name, scope="both", on=on, by="anna", reason="test"))
