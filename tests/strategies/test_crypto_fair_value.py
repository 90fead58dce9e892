import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.decisions import Refusal, Signal, decision_id
from kalshi_desk.domain.market import FeeSchedule, Outcome, PriceRange, Quote
from kalshi_desk.domain.units import Count, Price
from kalshi_desk.strategies.crypto_fair_value import NAME, CryptoView, StrategyParams, decide
from tests.crypto import CENTS, CLOSE, TICKER, at

PARAMS = StrategyParams(min_edge=0.03, min_price=Price.parse("0.03"), max_price=Price.parse("0.97"))


def quote(bid, ask, bid_count="40", ask_count="25"):
    bid, ask = (None if price is None else Price.parse(price) for price in (bid, ask))
    return Quote(bid, Count.parse(str(bid_count)), ask, Count.parse(str(ask_count)))


def view(p_yes, top, *, stderr=0.0, now=300.0, **fields):
    chosen = {
        "now": at(now),
        "ticker": TICKER,
        "account": "sim:test:1",
        "close_time": CLOSE,
        "p_yes": p_yes,
        "stderr": stderr,
        "quote": top,
        "fee": FeeSchedule("quadratic", 10_000),
        "price_ranges": CENTS,
        "seen": "17",
    }
    return CryptoView(**(chosen | fields))


def test_takes_the_yes_ask_net_of_the_exact_fee():
    signal = decide(view(0.60, quote("0.50", "0.52"), stderr=0.01), PARAMS)
    assert isinstance(signal, Signal)
    assert (signal.outcome, signal.style, signal.price) == (Outcome.YES, "take", Price.parse("0.52"))
    assert signal.shown == Count.parse("25")
    assert signal.edge == pytest.approx(0.60 - 0.52 - 0.0175)  # 0.07 x 0.52 x 0.48 = 0.017472, booked as 0.0175
    assert signal.edge_adj == pytest.approx(signal.edge * (1 - (0.01 / signal.edge) ** 2))
    assert signal.expires_at == at(303)
    assert signal.seen == "17"


def test_takes_the_no_ask_which_is_the_yes_bid():
    signal = decide(view(0.40, quote("0.48", "0.50"), stderr=0.01), PARAMS)
    assert isinstance(signal, Signal)
    assert (signal.outcome, signal.price, signal.q) == (Outcome.NO, Price.parse("0.48"), pytest.approx(0.60))
    assert signal.shown == Count.parse("40")


def test_identity_is_the_bucket_of_ten_seconds():
    first, same, later = (decide(view(0.6, quote("0.50", "0.52"), now=now), PARAMS) for now in (300, 309.9, 310))
    bucket = str(at(300) // 10**10)
    expected = decision_id(account="sim:test:1", strategy=NAME, ticker=TICKER, outcome=Outcome.YES, bucket=bucket)
    assert first.decision_id == same.decision_id == expected
    assert later.decision_id != expected


def test_just_below_the_least_edge_is_refused_with_value_and_threshold():
    top = quote("0.51", "0.52")
    taken, refused = (decide(view(0.52 + 0.0175 + edge, top), PARAMS) for edge in (0.0301, 0.0299))
    assert isinstance(taken, Signal)
    assert isinstance(refused, Refusal)
    assert (refused.stage, refused.reason, refused.threshold) == ("edge", "no_edge", "0.0300")
    assert refused.value == "0.0299"


def test_doubt_can_refuse():
    answer = decide(view(0.58, quote("0.51", "0.52"), stderr=0.035), PARAMS)
    assert isinstance(answer, Refusal)


def test_rests_inside_the_spread_where_taking_does_not_pay():
    signal = decide(view(0.56, quote("0.50", "0.56")), PARAMS)
    assert isinstance(signal, Signal)
    assert (signal.style, signal.outcome, signal.price, signal.shown) == (
        "make",
        Outcome.YES,
        Price.parse("0.51"),
        None,
    )
    assert signal.edge == pytest.approx(0.56 - 0.51 - 0.01)  # makers pay nothing here, but are picked off
    assert signal.expires_at == at(320)


def test_rests_for_no_as_an_ask_below_the_best():
    signal = decide(view(0.44, quote("0.44", "0.50")), PARAMS)
    assert isinstance(signal, Signal)
    assert (signal.style, signal.outcome, signal.price) == ("make", Outcome.NO, Price.parse("0.49"))


def test_a_resting_order_ends_before_the_last_minute():
    signal = decide(view(0.56, quote("0.50", "0.56"), now=900 - 80), PARAMS)
    assert isinstance(signal, Signal)
    assert signal.expires_at == at(900 - 75)
    assert isinstance(decide(view(0.56, quote("0.50", "0.56"), now=900 - 75), PARAMS), Refusal)


def test_there_is_no_inside_of_a_spread_of_one_tick():
    assert isinstance(decide(view(0.575, quote("0.52", "0.53")), PARAMS), Refusal)


def test_ticks_are_the_markets_own_at_that_price():
    fine = (
        PriceRange(Price(0), Price(1_000), Price(10)),
        PriceRange(Price(1_000), Price(9_000), Price(100)),
        PriceRange(Price(9_000), Price(10_000), Price(10)),
    )
    wide = decide(view(0.16, quote("0.10", "0.16"), price_ranges=fine), PARAMS)
    assert wide.price == Price.parse("0.11")
    narrow = decide(view(0.04, quote("0.04", "0.10"), price_ranges=fine), PARAMS)
    assert (narrow.outcome, narrow.price) == (Outcome.NO, Price.parse("0.099"))
    nowhere = decide(view(0.56, quote("0.50", "0.56"), price_ranges=()), PARAMS)
    assert isinstance(nowhere, Refusal)


@pytest.mark.parametrize(
    ("p_yes", "top"), [(0.10, quote("0.01", "0.02")), (0.90, quote("0.98", "0.99")), (0.999, quote(None, "0.98"))]
)
def test_prices_at_the_ends_are_not_entered(p_yes, top):
    answer = decide(view(p_yes, top), msgspec.structs.replace(PARAMS, min_edge=0.01))
    assert isinstance(answer, Refusal)
    assert answer.reason == "price_band"


def test_an_empty_book_offers_nothing():
    answer = decide(view(0.5, quote(None, None)), PARAMS)
    assert isinstance(answer, Refusal)
    assert answer.value is None


def test_a_waived_fee_is_not_charged():
    fee = FeeSchedule("quadratic", 10_000, waived_until=at(600))
    signal = decide(view(0.60, quote("0.50", "0.52"), fee=fee), PARAMS)
    assert signal.edge == pytest.approx(0.08)


@given(p_yes=st.floats(0.001, 0.999), bid=st.integers(1, 97), width=st.integers(1, 40), stderr=st.floats(0, 0.1))
def test_yes_and_no_mirror_each_other(p_yes, bid, width, stderr):
    ask = min(bid + width, 99)
    top = quote(f"{bid / 100:.2f}", f"{ask / 100:.2f}")
    mirrored = quote(f"{(100 - ask) / 100:.2f}", f"{(100 - bid) / 100:.2f}", top.ask_count, top.bid_count)
    one = decide(view(p_yes, top, stderr=stderr), PARAMS)
    other = decide(view(1 - p_yes, mirrored, stderr=stderr), PARAMS)
    middle = abs(p_yes - (bid + ask) / 200) < 1e-9
    if isinstance(one, Signal) and not middle:
        assert isinstance(other, Signal)
        assert (other.outcome, other.price) == (one.outcome.other, one.price.complement)
        assert other.edge == pytest.approx(one.edge, abs=1e-9)
    elif not middle:
        assert type(one) is type(other)
