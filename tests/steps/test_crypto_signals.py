import random
from itertools import accumulate

import msgspec
import pytest

from kalshi_desk.domain.decisions import FairValue, Refusal, Signal
from kalshi_desk.domain.inputs import BookLost, Lifecycle
from kalshi_desk.domain.market import FeeSchedule, MarketStatus, Outcome
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Price
from kalshi_desk.steps.crypto_signals import CryptoState, last_counts, reduce
from tests.crypto import CLOSE, TICKER, alive, at, book, defined, index, params, trade, up_down


class Desk:
    """A reducer under test: ``feed`` numbers the inputs and gathers what they lead to."""

    def __init__(self, **fields):
        self.state, self.params, self.offset, self.out = CryptoState(), params(**fields), 0, []

    def feed(self, *messages):
        fresh = []
        for message in messages:
            fresh += reduce(self.state, message, params=self.params, seen=str(self.offset))
            self.offset += 1
        self.out += fresh
        return fresh


def prices(first, last):
    """The index once a second: a walk with a step of $2 that stands at 64,000 ten seconds after the open."""
    dice = random.Random(11)
    path = dict(zip(range(-300, 1_000), accumulate(dice.gauss(0, 2) for _ in range(1_300)), strict=True))
    return [index(second, 64_000 + path[second] - path[10]) for second in range(first, last)]


def warmed(**fields):
    """A desk with an open market, volatility and a live feed, 10 s after the open; no book yet."""
    desk = Desk(**fields)
    desk.feed(*prices(-300, 1), defined(1, open_time=at(0)), *prices(2, 10), alive(10))
    return desk


def reasons(messages):
    return [one.reason for one in messages if isinstance(one, Refusal)]


def test_a_cheap_ask_is_taken():
    desk = warmed()
    out = desk.feed(book(10.2, "0.30", "0.35"))
    [fair] = [one for one in out if isinstance(one, FairValue)]
    [signal] = [one for one in out if isinstance(one, Signal)]
    assert out.index(fair) < out.index(signal)
    assert (fair.source, fair.bid, fair.ask) == ("index", Price.parse("0.30"), Price.parse("0.35"))
    assert (signal.outcome, signal.price, signal.account, signal.seen) == (
        Outcome.YES,
        Price.parse("0.35"),
        "sim:test:1",
        fair.seen,
    )


def test_one_decision_is_told_once():
    desk = warmed()
    desk.feed(book(10.2, "0.30", "0.35"))
    again = desk.feed(book(10.4, "0.30", "0.36"), book(12, "0.30", "0.35"))
    assert not [one for one in again if isinstance(one, Signal)]
    assert reasons(again) == ["already_asked", "stale_index"]
    later = desk.feed(index(20, 64_000), book(20.1, "0.30", "0.34"))
    assert len([one for one in later if isinstance(one, Signal)]) == 1


def test_a_fair_value_each_second_or_after_a_move():
    desk = warmed()
    desk.feed(book(10.2, "0.49", "0.51"))
    quiet = desk.feed(*[index(10.2 + step / 10, 64_000.0) for step in range(1, 8)])
    moved = desk.feed(index(10.96, 64_010))
    late = desk.feed(index(11.99, 64_010.0), index(12.0, 64_010.0))
    assert [type(one) for one in quiet if isinstance(one, FairValue)] in ([], [FairValue])
    assert any(isinstance(one, FairValue) for one in moved)
    assert any(isinstance(one, FairValue) for one in late)


def test_prices_of_the_underlying_wait_for_fifty_milliseconds():
    desk = warmed()
    desk.feed(book(10.2, "0.49", "0.51"), index(10.3, 64_000))
    assert desk.feed(index(10.34, 64_500)) == []
    assert desk.feed(index(10.35, 64_500)) != []


def test_a_change_below_the_top_is_not_evaluated():
    desk = warmed()
    desk.feed(book(10.2, "0.30", "0.35"))
    deeper = msgspec.structs.replace(book(10.9, "0.10", None, version=2, snapshot=False), at=at(10.9))
    assert desk.feed(deeper) == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"rules_primary": "The highest price wins."}, "unparsed_rule"),
        ({"floor_strike": None}, "no_strike"),
        ({"status": MarketStatus.INACTIVE}, "not_active"),
        ({"open_time": at(60)}, "not_open"),
    ],
)
def test_markets_that_are_not_priced(fields, reason):
    desk = warmed()
    out = desk.feed(defined(10, **fields), book(10.2, "0.30", "0.35"))
    assert reasons(out) == [reason]
    assert not [one for one in out if isinstance(one, (FairValue, Signal))]


@pytest.mark.parametrize("fee", [None, FeeSchedule("flat", 10_000)])
def test_an_unknown_fee_is_priced_but_not_traded(fee):
    desk = warmed()
    out = desk.feed(defined(10, fee=fee), book(10.2, "0.30", "0.35"))
    assert "unknown_fee" in reasons(out)
    assert not [one for one in out if isinstance(one, Signal)]


def test_a_strategy_that_is_off_prices_and_says_why_it_does_not_trade():
    desk = warmed(on=False)
    out = desk.feed(book(10.2, "0.30", "0.35"))
    assert [one for one in desk.out if isinstance(one, FairValue)]
    assert not [one for one in desk.out if isinstance(one, Signal)]
    assert reasons(out) == ["strategy_off"]


def test_another_desks_series_is_left_alone():
    desk = warmed(series=frozenset({"KXETH15M"}))
    assert desk.out == []
    assert desk.feed(book(10.2, "0.30", "0.35")) == []


def test_without_a_book_there_is_a_price_but_no_trade():
    desk = warmed()
    assert reasons(desk.out)[-1] == "book_gap"
    [fair] = [one for one in desk.feed(index(11.5, 64_000)) if isinstance(one, FairValue)]
    assert fair.bid is None


def test_a_gap_stops_trading_until_the_next_snapshot():
    desk = warmed()
    desk.feed(book(10.2, "0.49", "0.51"))
    out = desk.feed(
        book(10.3, "0.30", "0.35", version=3, snapshot=False), book(10.4, "0.31", None, version=4, snapshot=False)
    )
    assert reasons(out) == ["book_gap"]
    assert [one for one in desk.feed(book(10.6, "0.30", "0.35")) if isinstance(one, Signal)]


def test_a_lost_and_a_crossed_book():
    desk = warmed()
    desk.feed(book(10.2, "0.49", "0.51"))
    [lost] = desk.feed(BookLost(at=at(10.3), ticker=TICKER, reason="disconnected"))
    assert (lost.reason, lost.value) == ("book_gap", "disconnected")
    desk.feed(book(10.4, "0.49", "0.51"))
    [crossed] = [one for one in desk.feed(book(10.5, "0.60", "0.50")) if isinstance(one, Refusal)]
    assert (crossed.reason, crossed.value) == ("book_gap", "crossed")


def test_a_change_that_was_seen_is_not_applied_again():
    desk = warmed()
    change = book(10.3, "0.45", None, version=2, snapshot=False)
    desk.feed(book(10.2, "0.40", "0.51"), change)
    assert desk.feed(change) == []
    assert "book_gap" not in reasons(desk.feed(index(11.5, 64_000)))


def test_a_silent_feed_makes_the_book_stale():
    desk = warmed()
    desk.feed(book(10.2, "0.30", "0.35"), *[index(10 + step, 64_000) for step in range(1, 15)])
    out = desk.feed(index(25.3, 64_000))
    assert reasons(out) == ["stale_book"]
    assert next(one for one in out if isinstance(one, FairValue)).bid is None
    desk.feed(alive(25.4))
    assert [one for one in desk.feed(index(30.1, 64_000)) if isinstance(one, Signal)]


def test_a_stale_index_stops_pricing():
    desk = warmed()
    desk.feed(book(10.2, "0.49", "0.51"))
    assert reasons(desk.feed(alive(13))) == ["stale_index"]


def test_nothing_after_the_close():
    desk = warmed()
    desk.feed(book(10.2, "0.49", "0.51"), *prices(11, 899))
    out = desk.feed(index(900, 64_000), book(900.2, "0.30", "0.35"))
    assert "closed" in reasons(out)
    assert not [one for one in out if isinstance(one, (FairValue, Signal))]
    assert desk.feed(defined(902), index(903, 64_000)) == []


def test_a_market_long_closed_is_forgotten():
    desk = warmed()
    desk.feed(book(10.2, "0.49", "0.51"), index(900, 64_000), index(1_501, 64_000))
    assert desk.state.priced == {}
    assert desk.feed(defined(1_502)) == []


def test_lifecycle_moves_the_close_and_deactivates():
    desk = warmed()
    desk.feed(book(10.2, "0.49", "0.51"))
    stopped = desk.feed(Lifecycle(at=at(11.2), ticker=TICKER, event="deactivated"))
    assert reasons(stopped) == ["not_active"]
    desk.feed(Lifecycle(at=at(11.4), ticker=TICKER, event="activated"), index(12, 64_000))
    earlier = desk.feed(Lifecycle(at=at(13), ticker=TICKER, event="close_date_updated", close_time=at(13)))
    assert reasons(earlier) == ["closed"]
    assert desk.feed(Lifecycle(at=at(14), ticker="KXOTHER", event="settled")) == []


def test_refusals_add_up_by_minute():
    desk = warmed()
    desk.feed(book(10.2, "0.49", "0.51"))
    out = desk.feed(*[index(11 + step / 10, 64_000) for step in range(1_200)])
    counts = [one for one in out if isinstance(one, Refusal)]
    assert 1_000 < sum(one.count for one in counts) <= 1_200
    assert len(counts) < 10


def test_without_index_the_composite_prices():
    desk = Desk()
    for second, value in zip(range(-300, 20), prices(-300, 20), strict=True):
        desk.feed(trade(second + 0.3, value.value.number))
    desk.feed(defined(20.1), alive(20.2), book(20.3, "0.30", "0.35"))
    assert "no_basis" not in reasons(desk.out)
    fair = [one for one in desk.out if isinstance(one, FairValue)][-1]
    assert fair.source == "composite"
    assert fair.spot.number == pytest.approx(64_000, abs=40)


def test_no_basis_no_price():
    desk = Desk()
    for second in range(5, 20):
        desk.feed(trade(second + 0.3, 64_000))
    assert reasons(desk.feed(defined(20.1))) == ["no_basis"]


def test_one_venue_is_too_few_where_two_are_asked_for():
    desk = Desk(min_venues=2)
    desk.feed(trade(1, 64_000), defined(1.1))
    assert reasons(desk.out) == ["stale_spot"]


def scripted():
    return [
        *prices(-300, 1), defined(1), *prices(2, 10), alive(10), book(10.2, "0.30", "0.35"), *prices(11, 400),
        book(400.5, "0.60", "0.66"), alive(401), *prices(402, 500), book(500.1, "0.62", "0.66"),
    ]  # fmt: skip


def test_same_inputs_same_bytes():
    runs = []
    for _ in range(2):
        desk = Desk()
        desk.feed(*scripted())
        runs.append(b"\n".join(encode(one) for one in desk.out))
    assert runs[0] == runs[1]
    assert runs[0].count(b'"signal"') >= 2


def test_a_state_rebuilt_by_feeding_again_goes_on_as_if_it_had_never_stopped():
    script = scripted()
    whole, rebuilt = Desk(), Desk()
    whole.feed(*script)
    rebuilt.feed(*script[:420])
    rebuilt.out.clear()
    rebuilt.feed(*script[420:])
    assert rebuilt.out == whole.out[len(whole.out) - len(rebuilt.out) :]


def test_event_time_never_goes_back():
    desk = warmed()
    out = desk.feed(book(5, "0.30", "0.35"))
    assert {one.at for one in out} == {at(10)}
    assert at(10) < CLOSE
    assert up_down().close_time == CLOSE


def test_markets_that_are_not_open_do_not_follow_the_price():
    desk = warmed()
    out = desk.feed(defined(10, open_time=at(60)), *prices(11, 59))
    assert reasons(out) == ["not_open"]
    assert "book_gap" in reasons(desk.feed(*prices(59, 62)))
    assert reasons(desk.feed(*prices(62, 900), index(900, 64_000), index(901, 64_000)))[-1] == "closed"
    assert desk.feed(index(960.5, 64_000), index(961, 64_000)) == []


def test_each_look_at_a_market_leads_to_a_signal_or_to_a_refusal():
    desk, dice = warmed(), random.Random(5)
    for second in range(11, 960):
        ask = dice.choice([None, "0.35", "0.51", "0.70"])
        desk.feed(index(second, 64_000 + dice.gauss(0, 20)), book(second + 0.2, dice.choice([None, "0.30"]), ask))
    told = [*desk.out, *last_counts(desk.state)]
    signals = sum(isinstance(one, Signal) for one in told)
    refused = sum(one.count for one in told if isinstance(one, Refusal))
    assert signals > 10
    assert signals + refused == desk.state.evaluations > 1_000
    assert last_counts(desk.state) == []
