import msgspec
import pytest

from kalshi_desk.domain.inputs import BookLost, FeedAlive, Lifecycle
from kalshi_desk.domain.limits import InputLimits
from kalshi_desk.domain.market import MarketStatus, Outcome
from kalshi_desk.domain.units import Count, Price
from kalshi_desk.errors import SequenceGap
from kalshi_desk.steps.market_view import MarketView, tradable
from tests.steps.desk import CPI, T0, TICKER, alive, book, defined, estimate, fair_value, later, market

LIMITS = InputLimits()


def seeing(*messages):
    view = MarketView()
    for message in messages:
        view.observe(message)
    return view


def reason(view, now=T0):
    breach = view.book_breach(TICKER, now=now, limits=LIMITS)
    return breach and breach.reason


def test_each_side_sees_the_book_in_its_own_prices():
    view = seeing(book("0.48", "0.51"))
    yes, no = view.quote(TICKER, Outcome.YES), view.quote(TICKER, Outcome.NO)
    assert (yes.bid, yes.ask) == (Price.parse("0.48"), Price.parse("0.51"))
    assert (no.bid, no.ask) == (Price.parse("0.49"), Price.parse("0.52"))
    assert seeing(book(None, None)).quote(TICKER, Outcome.NO).ask is None


def test_a_book_is_fresh_for_fifteen_seconds_after_any_sign_of_life():
    view = seeing(book())
    assert reason(view, later(15)) is None
    assert reason(view, later(15.001)) == "book_stale"
    view.observe(alive(later(10)))
    assert reason(view, later(25)) is None
    view.observe(FeedAlive(at=later(25), source="coinbase"))
    assert reason(view, later(26)) == "book_stale"


def test_signs_of_life_from_another_accounts_clock_do_not_keep_a_book_fresh():
    """Topics outlive an account: what an account of a later event time said may still be read at the start."""
    view = seeing(alive(later(86_400)), book())
    assert reason(view, later(15)) is None
    assert reason(view, later(15.001)) == "book_stale"
    assert reason(seeing(book(), alive(later(86_400)))) == "book_stale"


def test_an_unknown_lost_or_crossed_book_is_unusable():
    assert reason(MarketView()) == "book_unusable"
    view = seeing(book())
    view.observe(BookLost(at=T0, ticker=TICKER, reason="disconnected"))
    assert view.book_breach(TICKER, now=T0, limits=LIMITS).value == "disconnected"
    view.observe(book())
    assert reason(view) is None
    assert reason(seeing(book("0.50", "0.50"))) == "book_unusable"


def test_a_gap_loses_the_book_and_a_repeat_changes_nothing():
    view = seeing(book())
    change = msgspec.structs.replace(book("0.47", None), snapshot=False, version=2)
    view.observe(change)
    view.observe(msgspec.structs.replace(change, yes=((Price.parse("0.47"), Count(1)),)))
    assert view.quote(TICKER, Outcome.YES).bid_count == Count.parse("50")
    with pytest.raises(SequenceGap):
        view.observe(msgspec.structs.replace(change, version=4))
    assert reason(view) == "book_unusable"


def test_life_of_a_market():
    view = seeing(defined(status=MarketStatus.INITIALIZED))
    assert not tradable(view.markets[TICKER], T0)
    view.observe(Lifecycle(at=T0, ticker=TICKER, event="activated"))
    assert tradable(view.markets[TICKER], T0)
    view.observe(Lifecycle(at=T0, ticker=TICKER, event="close_date_updated", close_time=later(10)))
    assert not tradable(view.markets[TICKER], later(10))
    view.observe(Lifecycle(at=T0, ticker=TICKER, event="determined"))
    assert view.markets[TICKER].status is MarketStatus.DETERMINED
    view.observe(Lifecycle(at=T0, ticker=TICKER, event="settled"))
    view.observe(Lifecycle(at=T0, ticker=TICKER, event="settled"))
    assert not view.markets
    assert not view.books


def test_a_market_is_tradable_from_its_open_to_its_close():
    quarter = market(open_time=later(0), close_time=later(900))
    assert [tradable(quarter, later(s)) for s in (-1, 0, 899, 900)] == [False, True, True, False]


def test_our_probability_of_either_side():
    view = seeing(fair_value(0.75))
    assert view.p_of(TICKER, Outcome.YES) == 0.75
    assert view.p_of(TICKER, Outcome.NO) == 0.25
    assert view.p_of("other", Outcome.YES) is None


def test_where_we_have_no_probability_the_middle_of_the_book_is_one():
    assert seeing(fair_value(0.75), book("0.48", "0.51")).p_or_mid(TICKER) == 0.75
    assert seeing(book("0.48", "0.51")).p_or_mid(TICKER) == pytest.approx(0.495)
    assert seeing(book(None, "0.51")).p_or_mid(TICKER) is None
    assert seeing(book(), BookLost(at=T0, ticker=TICKER, reason="gap")).p_or_mid(TICKER) is None
    assert seeing().p_or_mid(TICKER) is None


def test_the_latest_belief_is_a_fair_value_or_an_estimate():
    view = seeing(fair_value(0.7), estimate(0.4, ticker=CPI), estimate(0.3, ticker=CPI, name="estimate-2"))
    assert view.p_of(CPI, Outcome.NO) == pytest.approx(0.7)
    assert (view.beliefs[TICKER].seen, view.beliefs[CPI].seen) == ("77", "estimate-2")
    assert view.p_of("KXX", Outcome.YES) is None
    view.observe(Lifecycle(at=T0, ticker=CPI, event="settled"))
    assert CPI not in view.beliefs
