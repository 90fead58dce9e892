"""Signals: new ones of both desks, exits, and those that come again."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from kalshi_desk.domain.decisions import Signal, decision_id
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Count, Nanos, Price, seconds
from tests.steps import desk
from tests.steps.machine.life import Life
from tests.steps.machine.outside import SERIES

markets, turns = st.integers(0, len(SERIES) - 1), st.sampled_from([60, 12, 5, 3, 2, 1])
outcomes = st.sampled_from(list(Outcome))


class Wishes(Life):
    @rule(
        number=markets,
        outcome=outcomes,
        better=st.integers(0, 3),
        edge=st.sampled_from([0.3, 0.12, 0.02]),
        bucket=st.integers(0, 3),
        shown=st.sampled_from([None, 5_000, 250, 3]),
        turns=turns,
    )
    def wish_to_take(self, number, outcome, better, edge, bucket, shown, turns):
        self._wish_to_enter(number, outcome, True, better, edge, bucket, shown)
        self.judge(turns)

    @rule(
        number=markets,
        outcome=outcomes,
        better=st.integers(0, 3),
        edge=st.sampled_from([0.3, 0.12]),
        bucket=st.integers(0, 3),
        turns=turns,
    )
    def wish_to_make(self, number, outcome, better, edge, bucket, turns):
        self._wish_to_enter(number, outcome, False, better, edge, bucket, None)
        self.judge(turns)

    def _wish_to_enter(self, number, outcome, take, better, edge, bucket, shown):
        ticker = self.world.tickers[number]
        crypto = self.world.params.owner_of(ticker) == "crypto"
        bid, ask = self._quote(ticker)
        own_bid, own_ask = (bid, ask) if outcome is Outcome.YES else (ask.complement, bid.complement)
        own = Price(own_ask + 100 * better) if take else Price(own_bid + 100 * (better - 1))
        price = own if outcome is Outcome.YES else own.complement
        q = min(1.0, max(0.0, own.number + edge))
        self.world.believe(ticker, q if outcome is Outcome.YES else 1.0 - q, f"{self.world.now}{bucket}")
        self._wish(
            ticker,
            bucket,
            desk="crypto" if crypto else "forecast",
            strategy="crypto_fair_value" if crypto else "forecast_edge",
            outcome=outcome,
            action="enter",
            style="take" if take else "make",
            price=price,
            q=q,
            shown=None if shown is None else Count(shown),
            cluster=() if crypto else self._others(ticker),
        )

    def _others(self, ticker):
        """All forecast markets win and lose together."""
        owner_of = self.world.params.owner_of
        return tuple(other for other in self.world.shown if other != ticker and owner_of(other) == "forecast")

    @rule(number=markets, outcome=outcomes, take=st.booleans(), bucket=st.integers(0, 3), turns=turns)
    def wish_to_leave(self, number, outcome, take, bucket, turns):
        """Leave what is held, if anything is."""
        held = {ticker: p.count for (ticker, _), p in self.world.portfolio.positions.items() if p.count}
        held = {ticker: count for ticker, count in held.items() if ticker in self.world.venue.exchange.matchers}
        ticker = sorted(held)[number % len(held)] if held else self.world.tickers[number]
        if held:
            outcome = Outcome.YES if held[ticker] > 0 else Outcome.NO
        crypto = self.world.params.owner_of(ticker) == "crypto"
        bid, ask = self._quote(ticker)
        at = bid if (outcome is Outcome.YES) == take else ask
        self._wish(
            ticker,
            bucket + 10,
            desk="crypto" if crypto else "forecast",
            strategy="exits",
            outcome=outcome,
            action="exit",
            style="take" if take else "rest",
            price=at,
            q=0.5,
            shown=None,
            exit_rule="sell_dear" if take else "time_decay",
        )
        self.judge(turns)

    def _quote(self, ticker):
        quote = self.world.venue.exchange.matchers[ticker].book.quote()
        return quote.bid or Price(100), quote.ask or Price(9_900)

    def _wish(self, ticker, bucket, *, strategy, outcome, **fields):
        name = decision_id(
            account=desk.ACCOUNT, strategy=strategy, ticker=ticker, outcome=outcome, bucket=f"{self.world.now}{bucket}"
        )
        wish = Signal(
            at=self.world.now, ticker=ticker, account=desk.ACCOUNT, strategy=strategy, decision_id=name,
            outcome=outcome, stderr=0.0, edge=0.1, edge_adj=0.1, expires_at=Nanos(self.world.now + seconds(300)),
            seen=f"{self.world.now}{bucket}", **fields,
        )  # fmt: skip
        self.known.append(wish)
        self.world.signals.append(wish)

    @precondition(lambda self: self.known)
    @rule(back=st.integers(0, 5), turns=turns)
    def a_signal_comes_again(self, back, turns):
        self.world.signals.append(self.known[-1 - back % len(self.known)])
        self.judge(turns)

    def judge(self, turns):
        self.go("gate", turns, self._judge)

    async def _judge(self, door):
        while self.world.signals:
            await door.judge(self.world.signals[0])
            if door is not self.world.door:  # it has lost the account: the topic is another's to acknowledge
                return
            self.world.signals.popleft()
