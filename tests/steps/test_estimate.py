import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.units import Nanos, Price
from kalshi_desk.steps.estimate import (
    SCREEN_SIZE,
    SET_SIZE,
    Candidate,
    LeftOut,
    Look,
    Patience,
    choose,
    estimate_id,
    evidence_sets,
    mid_of,
    need,
    rules_hash,
    screen_evidence,
    worth_full,
)
from tests.forecasts import NOW, TICKER, article, due

PATIENCE = Patience(every_hours=12, min_edge=0.05)
HOUR = 3_600_000_000_000
RULES = "Resolves Yes if it rains."


def candidate(**changes):
    fields = {
        "ticker": TICKER, "rank": 1, "rules": RULES, "bid": Price.parse("0.40"), "ask": Price.parse("0.44"),
        "last": Look(at=Nanos(NOW - HOUR), mid=0.42, rules=rules_hash(RULES)),
    }  # fmt: skip
    return Candidate(**fields | changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"last": None}, "first"),
        ({"rules": "Resolves Yes if it snows."}, "rules"),
        ({"requested_at": Nanos(NOW - HOUR // 2)}, "request"),
        ({"requested_at": Nanos(NOW - HOUR)}, None),
        ({"news_at": Nanos(NOW - HOUR // 2)}, "news"),
        ({"news_at": Nanos(NOW - 2 * HOUR)}, None),
        ({"bid": Price.parse("0.45"), "ask": Price.parse("0.49")}, "price"),
        ({"bid": Price.parse("0.35"), "ask": Price.parse("0.39")}, "price"),
        ({"bid": Price.parse("0.44"), "ask": Price.parse("0.4899")}, None),
        ({"last": Look(at=Nanos(NOW - 12 * HOUR), mid=0.42, rules=None)}, "age"),
        ({"last": Look(at=Nanos(NOW - 12 * HOUR + 1), mid=0.42, rules=None)}, None),
        ({"last": Look(at=Nanos(NOW - HOUR), mid=None, rules=None)}, None),
    ],
)
def test_a_market_is_looked_at_anew_only_for_a_reason(changes, reason):
    assert need(candidate(**changes), PATIENCE, now=NOW) == reason


def test_those_chosen_come_by_rank_with_their_reason():
    few = [candidate(ticker="KXC", rank=3, last=None), candidate(ticker="KXA", rank=2, last=None), candidate(rank=1)]
    chosen, left = choose(few, PATIENCE, now=NOW)
    assert [(each.ticker, reason) for each, reason in chosen] == [("KXA", "first"), ("KXC", "first")]
    assert left == []


@pytest.mark.parametrize(
    ("bid", "ask", "left"),
    [
        (None, "0.44", LeftOut(TICKER, "no_price")),
        ("0.40", None, LeftOut(TICKER, "no_price")),
        ("0.40", "0.5001", LeftOut(TICKER, "spread", "0.1001")),
        ("0.40", "0.50", None),
    ],
)
def test_a_book_that_allows_no_decision_costs_no_call(bid, ask, left):
    quotes = {side: None if text is None else Price.parse(text) for side, text in (("bid", bid), ("ask", ask))}
    chosen, refused = choose([candidate(last=None, **quotes)], PATIENCE, now=NOW)
    assert refused == ([] if left is None else [left])
    assert len(chosen) == (left is None)


@given(st.integers(0, 40))
def test_evidence_is_dealt_into_disjoint_sets_of_like_relevance(count):
    evidence = tuple(article(number) for number in range(count))
    sets = evidence_sets(evidence)
    dealt = [each for shown in sets.values() for each in shown]
    assert len(dealt) == len({each.article_id for each in dealt}) == min(count, 2 * SET_SIZE)
    assert set(sets) == ({1, 2} if count > 1 else {1})
    sizes = [len(shown) for shown in sets.values()]
    assert max(sizes) - min(sizes) <= 1
    if count >= 4 and count % 4 == 0:
        first, second = (sum(each.relevance for each in shown) for shown in sets.values())
        assert first == pytest.approx(second)


def test_the_first_look_sees_the_best():
    evidence = tuple(article(number) for number in range(20))
    assert screen_evidence(evidence) == evidence[:SCREEN_SIZE]


@pytest.mark.parametrize(("p", "gap"), [(0.47, None), (0.37, None), (0.4699, "0.0499"), (0.42, "0.0000")])
def test_a_full_estimate_needs_the_minimum_edge_at_first_look(p, gap):
    expected = None if gap is None else LeftOut(TICKER, "screened", gap)
    assert worth_full(due(), p, 0.05) == expected


def test_a_mid_needs_both_sides():
    assert mid_of(Price.parse("0.40"), Price.parse("0.44")) == 0.42
    assert mid_of(None, Price.parse("0.44")) is None


def test_an_estimates_identity_is_account_market_and_decision_time():
    assert estimate_id("a", "b", NOW) == estimate_id("a", "b", NOW)
    assert len({estimate_id("a", "b", NOW), estimate_id("a", "c", NOW), estimate_id("a", "b", Nanos(NOW + 1))}) == 3
