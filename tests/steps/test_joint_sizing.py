import msgspec
import pytest

from kalshi_desk.domain.decisions import Refusal
from kalshi_desk.domain.joint_entry import Beside
from kalshi_desk.domain.kelly import kelly_fraction
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.limits import Limit, Share
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Cash, IndexPrice
from kalshi_desk.settings import SHARED_LIMITS
from kalshi_desk.steps.gate import decide, observe
from kalshi_desk.steps.gates import Case, offer_of
from kalshi_desk.steps.joint_sizing import joint_of
from kalshi_desk.steps.sizing import stake
from tests.steps.desk import (
    CPI,
    T0,
    book,
    defined,
    estimate,
    fair_value,
    forecast,
    forecast_ready,
    later,
    limits,
    params,
    position,
    ready,
    signal,
)

ROLL = Cash.parse("50")
HARDER = "KXBTCD-26MAY1309-T80500"
ETHER = "KXETHD-26MAY1309-T2000"
RATES = "KXFED-26JUN-T4"
LONG = later(10 * 86_400)


def case(state, wish=None, **changes):
    return Case(state, wish or signal(), now=T0, params=params(**changes))


def joint(state, wish=None, **changes):
    looked = case(state, wish, **changes)
    return joint_of(looked, offer_of(looked), roll=ROLL)


def staked(state, wish=None, **changes):
    """What the entry would spend before the limits cut it."""
    looked = case(state, wish, **changes)
    offer = msgspec.structs.replace(offer_of(looked), joint=joint(state, wish, **changes))
    return stake(offer, fraction=looked.desk.fractional_kelly, roll=ROLL)


ALONE = staked(ready())


def other(ticker, p, **changes):
    """A market of the same hour with our probability of it."""
    return [defined(ticker, **changes), fair_value(p, ticker=ticker)]


def test_alone_the_stake_is_that_of_the_single_bet():
    apart = defined(CPI, category="Economics", title="Prices", close_time=LONG)
    assert joint(ready()) is None
    assert joint(forecast_ready(apart, position("3", "1")), forecast()) is None
    offer = offer_of(case(ready()))
    kelly = kelly_fraction(p_win=offer.chance, cost=offer.unit_cost)
    assert stake(offer, fraction=0.25, roll=ROLL) == ALONE == Cash(int(ROLL * 0.25 * kelly))


def test_what_is_held_of_a_ladder_shrinks_the_stake_and_its_other_side_raises_it():
    rung = other(HARDER, 0.4)
    long = staked(ready(*rung, position("2", "0.6", ticker=HARDER)))
    short = staked(ready(*rung, position("-2", "0.9", ticker=HARDER)))
    assert long < ALONE < short


def test_a_ladder_is_nested_whatever_its_strikes():
    found = joint(ready(*other(HARDER, 0.4), position("2", "0.6", ticker=HARDER)))
    (held,) = found.beside.same
    assert (found.entry.low, held.low) == (0.0, 0.0)
    assert held.high == pytest.approx(0.4)
    assert found.entry.high == pytest.approx(0.6)
    assert (held.inside, held.outside) == pytest.approx((1.4 / 12.5, -0.6 / 12.5))


def test_what_is_held_of_the_market_itself_is_not_bought_again():
    whole = ALONE.number
    cost = 0.5175
    half = position(f"{whole / 2 / cost:.2f}", f"{whole / 2:.6f}")
    assert staked(ready(half)).number == pytest.approx(whole / 2, abs=0.02)


def test_other_coins_and_expiries_are_tied_by_the_loading():
    state = ready(*other(ETHER, 0.6), position("3", "1.5", ticker=ETHER))
    assert joint(state).beside.tied[0].correlation == pytest.approx(0.92**2)
    assert staked(state) < staked(state, coin_loading=0.3) < ALONE


def test_exclusive_outcomes_lie_side_by_side():
    event = {"event_ticker": "KXCPI-26MAY", "exclusive": True, "strike_type": None, "category": "Economics"}
    state = forecast_ready(
        defined(CPI, **event, close_time=LONG),
        defined("KXCPI-26MAY-T4", **event),
        estimate(0.2, ticker="KXCPI-26MAY-T4"),
        position("2", "0.3", ticker="KXCPI-26MAY-T4"),
    )
    wish = forecast(q=0.6)
    (held,) = joint(state, wish).beside.same
    assert (held.low, held.high) == pytest.approx((0.6, 0.8))
    assert staked(state, wish) > staked(forecast_ready(), wish)


def test_an_outcome_that_finds_no_room_is_lost():
    event = {"event_ticker": "KXCPI-26MAY", "exclusive": True, "strike_type": None, "category": "Economics"}
    state = forecast_ready(
        defined(CPI, **event, close_time=LONG),
        defined("KXCPI-26MAY-T4", **event),
        estimate(0.5, ticker="KXCPI-26MAY-T4"),
        position("2", "0.5", ticker="KXCPI-26MAY-T4"),
    )
    assert joint(state, forecast(q=0.6)).beside == Beside(lost=pytest.approx(0.5 / 12.5))


def test_markets_of_a_category_win_and_lose_together_unless_more_is_known():
    rates = [defined(RATES, category="Economics", title="Rates", close_time=LONG), estimate(0.5, ticker=RATES)]
    state = forecast_ready(*rates, position("3", "1.4", ticker=RATES))
    wish, alone = forecast(), staked(forecast_ready(), forecast())
    near = staked(state, wish)
    assert near < alone
    assert staked(state, wish, category_correlation=0.6) < near
    state.correlations = {(CPI, RATES): -0.7}
    assert staked(state, wish) > alone


def test_without_a_probability_the_middle_of_the_book_serves_and_without_that_all_is_lost():
    held = position("3", "1.4", ticker=RATES)
    market = defined(RATES, category="Economics", title="Rates")
    quoted = joint(forecast_ready(market, book("0.30", "0.40", ticker=RATES), held), forecast())
    assert quoted.beside.tied[0].claims[0].high == pytest.approx(0.35)
    assert joint(forecast_ready(market, held), forecast()).beside == Beside(lost=pytest.approx(1.4 / 12.5))


def test_a_coins_market_that_is_not_defined_is_lost():
    assert joint(ready(position("1", "0.5", ticker="KXBTCD-X-1"))).beside == Beside(lost=pytest.approx(0.5 / 12.5))


def test_a_resting_entry_counts_where_it_loses_with_the_new_one_and_not_as_a_hedge():
    for outcome, price, q, smaller in ((Outcome.YES, "0.30", 0.6, True), (Outcome.NO, "0.40", 0.8, False)):
        state = ready(*other(HARDER, 0.4), book("0.29", "0.41", ticker=HARDER))
        resting = signal(outcome, price, ticker=HARDER, style="make", q=q, decision_id="d0")
        assert isinstance(decide(state, resting, now=T0, params=params()), Order)
        assert (joint(state) is not None) is smaller
        assert (staked(state) < ALONE) is smaller


def test_a_band_without_a_fair_value_has_no_place_among_its_ladder():
    levels = {"floor_strike": IndexPrice.parse("80000"), "cap_strike": IndexPrice.parse("80250")}
    band = defined(strike_type="between", **levels)
    state = ready(band, *other(HARDER, 0.4), position("2", "0.6", ticker=HARDER))
    assert joint(state).beside == Beside(lost=pytest.approx(0.6 / 12.5))
    observe(state, fair_value(0.6))
    assert len(joint(state).beside.same) == 1


def test_where_all_may_be_lost_the_gate_refuses():
    loose = Limit(Share.parse("1"))
    crypto = msgspec.structs.replace(limits().crypto, max_total_risk=loose)
    whole = dict.fromkeys(SHARED_LIMITS, loose) | {"crypto": crypto}
    state = ready(*other(HARDER, 0.4), position("40", "13", ticker=HARDER, owner="manual"))
    answer = decide(state, signal(), now=T0, params=params(limits=limits(**whole)))
    assert isinstance(answer, Refusal)
    assert answer.reason == "joint_kelly"
    assert "may lose 1.04" in answer.value


def test_the_drawdown_constraint_shrinks_the_stake():
    offer = offer_of(case(ready()))
    assert stake(offer, fraction=0.25, roll=ROLL, drawdown_lambda=3.0) < ALONE


def test_the_same_state_gives_the_same_stake_to_the_last_digit():
    held = [*other(HARDER, 0.4), *other(ETHER, 0.7)]
    held += [position("2", "0.6", ticker=HARDER), position("1", "0.6", ticker=ETHER)]
    assert joint(ready(*held)) == joint(ready(*reversed(held)))
    assert staked(ready(*held)) == staked(ready(*held))
