from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.decisions import Refusal
from kalshi_desk.domain.funnel import STEPS, Entries, Refused, Unfilled, explained, funnel, ranked
from kalshi_desk.domain.units import Nanos
from tests.steps.desk import T0, TICKER, ask, exit_signal, fill, later, order_event, position, ready, signal

STAGES = ("price", "quality", "edge", "correlation", "size", "gate", "exit", "door")


def refusal(stage, reason="r", count=1, ticker=TICKER, **changes):
    base = {"at": T0, "desk": "crypto", "value": "1", "threshold": "2"}
    return Refusal(ticker=ticker, stage=stage, reason=reason, count=count, **base | changes)


def steps(found):
    return [getattr(found, step) for step in STEPS]


def refused(stage, count):
    return Refused(stage=stage, reason="r", count=count, value=None, threshold=None, also=(), latest_at=T0)


FATES = ("unsent", "ended", "filled", "open")
counts = st.integers(0, 50)


@given(
    st.lists(st.tuples(st.sampled_from(STAGES), counts)),
    st.lists(st.sampled_from(["unsent", "ended", "filled", "open"])),
)
def test_what_came_to_a_step_went_on_or_was_refused_there(told, fates):
    of = Counter(fates)
    entries = Entries(
        signals=len(fates), orders=len(fates), sent=len(fates) - of["unsent"], filled=of["filled"], working=of["open"]
    )
    at = Counter()
    for stage, count in told:
        at[stage] += count
    found = funnel([refused(stage, count) for stage, count in told], entries)
    assert found.seen - found.priced == at["price"] + at["quality"]
    assert found.priced - found.edge == at["edge"] + at["correlation"]
    assert found.edge - found.sized == at["size"]
    assert found.sized - found.allowed == at["gate"]
    assert found.allowed - found.sent == of["unsent"]
    assert found.sent - found.filled == of["ended"] + of["open"]
    assert found.unanswered == 0
    assert steps(found) == sorted(steps(found), reverse=True)


def test_signals_without_an_answer_are_told_apart():
    found = funnel([refused("gate", 2)], Entries(signals=5, orders=1, sent=1, filled=1, working=0))
    assert (found.edge, found.unanswered, found.sized, found.allowed) == (5, 2, 3, 1)


def test_an_order_that_follows_up_a_resting_one_needs_no_signal():
    found = funnel([], Entries(signals=1, orders=2, sent=2, filled=1, working=0))
    assert (found.seen, found.edge, found.allowed, found.unanswered) == (2, 2, 2, 0)


def session():
    """Two signals of one market, and the order of the first with what became of it."""
    order = ask(ready())
    return [
        refusal("price", count=3),
        refusal("edge", "no_edge", value="0.01", also=("x 1 against 0",)),
        refusal("edge", "no_edge", count=4, value="0.02", at=later(60)),
        signal(),
        order,
        order_event(order, "sent"),
        signal(decision_id="d2"),
        refusal("gate", "pause", also=("x 1 against 0",)),
    ], order


def test_a_session_is_explained_by_market():
    messages, order = session()
    ended = order_event(order, "canceled")
    other = refusal("price", "closed", ticker="OTHER")
    found = explained([*messages, ended, other])
    assert set(found) == {TICKER, "OTHER"}
    why = found[TICKER]
    assert steps(why.funnel) == [10, 7, 2, 2, 1, 1, 0]
    assert why.refusals == ranked(why.refusals)
    most = why.refusals[0]
    assert (most.reason, most.count, most.value, most.also, most.latest_at) == ("no_edge", 5, "0.02", (), later(60))
    assert why.unfilled == (Unfilled(event="canceled", reason=None, count=1),)
    assert why.funnel.working == 0
    assert steps(found["OTHER"].funnel) == [1, 0, 0, 0, 0, 0, 0]


def test_a_fill_is_told_by_itself_or_by_an_event():
    messages, order = session()
    for news in (fill(order, 1), order_event(order, "canceled", filled=1)):
        why = explained([*messages, news])[TICKER]
        assert (why.funnel.filled, why.unfilled, why.funnel.working) == (1, (), 0)
    assert explained(messages)[TICKER].funnel.working == 1


def test_what_ends_before_it_is_sent_was_allowed_and_not_sent():
    order = ask(ready())
    kept = msgspec.structs.replace(order_event(order, "canceled"), reason="not sent: halt", venue_order_id=None)
    why = explained([signal(), order, kept, refusal("door", "halt")])[TICKER]
    assert steps(why.funnel) == [1, 1, 1, 1, 1, 0, 0]
    assert why.unfilled == (Unfilled(event="canceled", reason="not sent: halt", count=1),)


def test_the_same_told_twice_counts_once():
    messages, order = session()
    why = explained([*messages, signal(), order, order_event(order, "sent")])[TICKER]
    assert steps(why.funnel) == [10, 7, 2, 2, 1, 1, 0]


def test_exits_are_no_way_into_a_market():
    order = ask(ready(position()), exit_signal())
    why = explained([exit_signal(), order, order_event(order, "sent"), fill(order, 1), refusal("exit")])[TICKER]
    assert steps(why.funnel) == [0] * len(STEPS)
    assert [one.stage for one in why.refusals] == ["exit"]


def test_the_most_frequent_reason_comes_first():
    found = ranked([refused("gate", 1), refused("edge", 1), refused("price", 7)])
    assert [one.stage for one in found] == ["price", "edge", "gate"]
    assert found[0].latest_at == Nanos(T0)
