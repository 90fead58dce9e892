import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.inputs import BookLost, Lifecycle
from kalshi_desk.domain.ledger import Equity, Mark, PaidIn
from kalshi_desk.domain.risk import DAY_NS
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.steps.mark import MarkState, booked_pnl, mark_now, mark_value, observe, remember
from kalshi_desk.steps.market_view import SideQuote
from tests.orders import event as any_event
from tests.orders import order as any_order
from tests.steps.desk import ACCOUNT, T0, TICKER, alive, book, defined, fair_value, later, params, position

CPI = "KXCPI-26MAY-T3"
OPENING = Cash.parse("50")
MIDNIGHT = Nanos.parse("2026-05-14T00:00:00Z")


def fed(*messages, state=None):
    """The state after all messages, and what the last of them said."""
    state, said = state or MarkState(OPENING), []
    for message in messages:
        said = observe(state, message, params=params())
    return state, said


def only(kind, said):
    [found] = [message for message in said if isinstance(message, kind)]
    return found


def amounts(equity):
    return tuple(str(getattr(equity, name)) for name in ("cash", "marks", "equity", "peak", "today"))


def side(bid, ask):
    return SideQuote(bid and Price.parse(bid), Count(100), ask and Price.parse(ask), Count(100))


@pytest.mark.parametrize(
    ("bid", "ask", "live", "value"),
    [
        ("0.60", "0.70", True, "0.65"),
        ("0.60", "0.7001", True, "0.5"),
        ("0.60", "0.70", False, "0.5"),
        ("0.30", "0.36", False, "0.33"),
        ("0.20", "0.60", True, "0.4"),
    ],
)
def test_a_mark_is_the_mid_of_a_tight_live_book_else_the_lower_of_cost_and_mid(bid, ask, live, value):
    marked = mark_value(side(bid, ask), count=Count.parse("1"), cost=Cash.parse("0.5"), live=live)
    assert marked == Cash.parse(value)


@pytest.mark.parametrize(
    ("bid", "ask", "value"),
    [(None, "0.02", "0.01"), (None, "0.5", "0.25"), ("0.98", None, "0.99"), ("0.3", None, "0.5")],
)
def test_a_side_that_nobody_offers_counts_as_nothing_or_all(bid, ask, value):
    assert mark_value(side(bid, ask), count=Count.parse("1"), cost=Cash.parse("0.5"), live=True) == Cash.parse(value)


def test_an_empty_book_tells_no_mark():
    assert mark_value(side(None, None), count=Count.parse("1"), cost=Cash.parse("0.5"), live=True) is None


@pytest.mark.parametrize("gone", [book(None, None), Lifecycle(at=T0, ticker=TICKER, event="settled")])
def test_what_lost_its_last_bid_or_its_book_is_not_worth_its_cost_again(gone):
    state, _ = fed(defined(), book("0.01", "0.02"), position("10", "5"))
    assert only(Mark, mark_now(state, now=T0, params=params())).mark == Cash.parse("0.15")
    for change in (book(None, "0.02"), gone):
        fed(change, state=state)
        assert only(Mark, mark_now(state, now=T0, params=params())).mark <= Cash.parse("0.15")


def test_what_a_market_last_showed_is_forgotten_once_nothing_is_held_there():
    state, _ = fed(defined(), book("0.01", "0.02"), position("10", "5"), position("1", "0.5", owner="manual"))
    fed(position("0", "0", realized="-5"), state=state)
    assert set(state.quotes) == {(TICKER, True)}
    fed(position("0", "0", owner="manual"), state=state)
    assert state.quotes == {}


def test_what_nobody_bids_for_sells_for_nothing_now():
    _, said = fed(defined(), book(None, "0.02"), position("10", "5"))
    assert only(Mark, said).sold_now == Cash(0)


def test_a_position_is_marked_and_priced_as_if_sold():
    _, said = fed(defined(), book("0.60", "0.64"), fair_value(0.7), position("1", "0.4", fees="0.0168"))
    mark = only(Mark, said)
    assert (mark.mark, mark.sold_now, mark.p_yes) == (Cash.parse("0.62"), Cash.parse("0.5832"), 0.7)
    assert amounts(only(Equity, said)) == ("49.583200", "0.620000", "50.203200", "50.203200", "0.203200")


def test_a_no_position_is_the_mirror_image():
    _, said = fed(defined(), book("0.36", "0.40"), position("-1", "0.4"))
    mark = only(Mark, said)
    assert (mark.count, mark.mark, mark.sold_now) == (Count.parse("-1"), Cash.parse("0.62"), Cash.parse("0.5832"))


def test_what_is_unknown_is_none_and_counts_at_cost():
    _, said = fed(position("1", "0.4"))
    assert (only(Mark, said).mark, only(Mark, said).sold_now, only(Mark, said).p_yes) == (None, None, None)
    assert only(Equity, said).equity == OPENING


def test_a_lost_book_cannot_be_sold_into():
    state, _ = fed(defined(), book("0.60", "0.64"), position("1", "0.4"), BookLost(at=T0, ticker=TICKER, reason="gap"))
    mark = only(Mark, mark_now(state, now=T0, params=params()))
    assert (mark.mark, mark.sold_now) == (Cash.parse("0.4"), None)


@pytest.mark.parametrize("change", [{"fee": None}, {"fee": "flat"}])
def test_a_sale_whose_fee_is_unknown_has_no_price(change):
    fee = change["fee"] and msgspec.structs.replace(defined().market.fee, fee_type="flat")
    _, said = fed(defined(fee=fee), book("0.60", "0.64"), position("1", "0.4"))
    assert only(Mark, said).sold_now is None


def test_a_settled_position_is_cash():
    _, said = fed(position("1", "0.4", fees="0.02"), position("0", "0", fees="0.02", realized="0.6"))
    assert only(Mark, said).count == 0
    equity = only(Equity, said)
    assert (equity.cash, equity.marks, equity.realized, equity.fees) == tuple(
        Cash.parse(text) for text in ("50.58", "0", "0.6", "0.02")
    )


def test_marks_come_at_most_once_a_second_and_at_once_on_a_new_position():
    state, said = fed(defined())
    assert said
    assert fed(book(at=later(0.999)), state=state)[1] == []
    assert fed(position(at=later(0.999)), state=state)[1]
    assert fed(alive(later(1.998)), state=state)[1] == []
    assert fed(alive(later(1.999)), state=state)[1]


def test_time_never_goes_back():
    state, _ = fed(defined(), alive(later(10)))
    _, said = fed(position(at=later(5)), state=state)
    assert only(Equity, said).at == later(10)


def test_the_days_result_starts_anew_at_utc_midnight():
    state, said = fed(position("0", "0", realized="-1"))
    assert only(Equity, said).today == Cash.parse("-1")
    state, said = fed(alive(MIDNIGHT), state=state)
    assert (only(Equity, said).today, only(Equity, said).peak) == (Cash(0), OPENING)
    _, said = fed(position("0", "0", realized="1", ticker=CPI, at=MIDNIGHT), state=state)
    assert only(Equity, said).today == Cash.parse("1")


def test_a_restart_goes_on_with_the_day_and_the_peak():
    positions = [position("0", "0", realized="-3", fees="0.1"), position("0", "0", realized="1", ticker=CPI)]
    start = booked_pnl([*positions, position("1", "0.5", owner="manual", realized="9")], params())
    assert {scope: str(value) for scope, value in start.items()} == {
        "both": "-2.100000",
        "crypto": "-3.100000",
        "forecast": "1.000000",
    }
    _, said = fed(*positions, state=MarkState(OPENING, peak=Cash.parse("55"), day_start=start))
    equity = only(Equity, said)
    assert (equity.today, equity.peak) == (Cash(0), Cash.parse("55"))


def test_loading_marks_nothing_and_keeps_the_day_and_the_peak():
    start = {scope: Cash.parse(pnl) for scope, pnl in (("both", "-3"), ("crypto", "20"), ("forecast", "-23"))}
    state = MarkState(OPENING, peak=Cash.parse("52"), day_start=start)
    remember(state, position("0", "0", realized="20", at=later(-86_400)))
    remember(state, position("0", "0", realized="-23", ticker=CPI))
    remember(state, alive(T0))
    _, said = fed(alive(T0), state=state)
    equity = only(Equity, said)
    assert (equity.today, equity.peak, switches(said)) == (Cash(0), Cash.parse("52"), [])


def test_a_late_message_of_yesterday_turns_no_day_and_the_first_of_tomorrow_does():
    start = dict.fromkeys(("both", "crypto", "forecast"), Cash.parse("-3"))
    state = MarkState(OPENING, day_start=start, midnight=MIDNIGHT)
    state, _ = fed(alive(Nanos(MIDNIGHT - 1)), position("0", "0", realized="-5", at=Nanos(MIDNIGHT + 1)), state=state)
    assert state.day_start == start
    assert only(Equity, mark_now(state, now=state.now, params=params())).today == Cash.parse("-2")
    again = MarkState(OPENING, day_start=start, midnight=Nanos(MIDNIGHT - DAY_NS))
    remember(again, position("0", "0", realized="-5"))
    assert only(Equity, mark_now(again, now=Nanos(MIDNIGHT + 1), params=params())).today == Cash(0)


def test_what_a_person_trades_moves_equity_but_is_no_result_of_ours():
    _, said = fed(position("0", "0", realized="-20", fees="1", owner="manual"))
    equity = only(Equity, said)
    assert (equity.equity, equity.today, equity.realized, equity.fees) == (Cash.parse("29"), Cash(0), Cash(0), Cash(0))


@pytest.mark.parametrize(
    ("manual", "cost", "cash", "marks"),
    [("-10", "3.8", "50.2", "0"), ("-4", "1.52", "46.48", "3.72"), ("-13", "4.94", "49.06", "1.14")],
)
def test_what_a_person_holds_against_the_desk_is_cash(manual, cost, cash, marks):
    """The venue has paid a dollar a pair; what is left is all that there is to value."""
    by_hand = position(manual, cost, owner="manual")
    _, said = fed(defined(), book("0.60", "0.64"), position("10", "6"), by_hand)
    equity = only(Equity, said)
    assert (equity.cash, equity.marks) == (Cash.parse(cash), Cash.parse(marks))
    assert equity.equity == equity.cash + equity.marks
    assert equity.today == Cash.parse("0.2")


def switches(said):
    return [(switch.by, switch.scope) for switch in said if isinstance(switch, Switch)]


def test_a_daily_loss_pauses_the_desk_until_midnight_once():
    state, said = fed(position("0", "0"), position("0", "0", realized="-4"))
    assert switches(said) == [("breaker:crypto_max_daily_loss", "crypto")]
    assert only(Switch, said).until == MIDNIGHT
    assert switches(fed(position("0", "0", realized="-4.1"), state=state)[1]) == []


def test_losses_of_both_desks_pause_both():
    _, said = fed(position("0", "0", realized="-3"), position("0", "0", realized="-2", ticker=CPI))
    assert switches(said) == [("breaker:max_daily_loss", "both")]


def test_a_drawdown_outlasts_the_daily_pause():
    state, _ = fed(defined())
    _, said = fed(position("0", "0", realized="-10"), state=state)
    assert ("breaker:max_drawdown", "both") in switches(said)
    assert state.switches["pause", "both"].until is None


def test_a_person_resumes_and_losses_count_anew():
    state, said = fed(defined(), position("0", "0", realized="-5"))
    assert len(switches(said)) == 2
    fed(Switch(at=T0, name="pause", scope="both", on=False, by="anna", reason="checked"), state=state)
    assert switches(fed(position("0", "0", realized="-8.999999"), state=state)[1]) == []
    again = switches(fed(position("0", "0", realized="-9"), state=state)[1])
    assert again == [("breaker:crypto_max_daily_loss", "crypto")]


def paid_in(total):
    return PaidIn(at=T0, account=ACCOUNT, total=Cash.parse(total))


def test_a_withdrawal_moves_cash_and_peak_alike_and_is_no_loss():
    state, _ = fed(position("0", "0", realized="2"))
    _, said = fed(paid_in("-30"), alive(later(2)), state=state)
    equity = only(Equity, said)
    assert (equity.equity, equity.peak, equity.today) == (Cash.parse("22"), Cash.parse("22"), Cash.parse("2"))
    assert (equity.paid_in, switches(said)) == (Cash.parse("-30"), [])
    _, said = fed(paid_in("-30"), alive(later(4)), state=state)
    assert only(Equity, said).equity == Cash.parse("22")


@pytest.mark.parametrize("resumes_first", [True, False])
def test_the_fall_from_the_peak_is_measured_in_money_that_is_there(resumes_first):
    state, _ = fed(position("0", "0", realized="-1"))
    resume = Switch(at=T0, name="pause", scope="both", on=False, by="anna", reason="a withdrawal")
    fed(*((resume, paid_in("-29")) if resumes_first else (paid_in("-29"), resume)), state=state)
    _, said = fed(alive(later(2)), state=state)
    assert (only(Equity, said).equity, only(Equity, said).peak) == (Cash.parse("20"), Cash.parse("20"))
    fallen = "breaker:max_drawdown", "both"
    assert fallen not in switches(fed(position("0", "0", realized="-4.99"), state=state)[1])
    assert fallen in switches(fed(position("0", "0", realized="-5"), state=state)[1])


def test_a_restart_counts_a_payment_once():
    state = MarkState(OPENING, paid_in=Cash.parse("10"), peak=Cash.parse("60"))
    _, said = fed(paid_in("10"), state=state)
    assert (only(Equity, said).equity, only(Equity, said).peak) == (Cash.parse("60"), Cash.parse("60"))
    _, said = fed(paid_in("15"), alive(later(2)), state=state)
    assert (only(Equity, said).equity, only(Equity, said).peak) == (Cash.parse("65"), Cash.parse("65"))


def test_five_rejects_in_a_row_pause_both():
    state, _ = fed(defined())
    reject = any_event(any_order(), "rejected", at=later(1))
    for _ in range(4):
        fed(reject, state=state)
    assert switches(mark_now(state, now=later(2), params=params())) == []
    fed(reject, state=state)
    assert switches(mark_now(state, now=later(2), params=params())) == [("breaker:consecutive_rejects", "both")]
    fed(any_event(any_order(), "resting", at=later(2)), state=state)
    assert state.rejects == 0


def test_rejects_from_before_a_persons_resume_do_not_pause_again_after_a_restart():
    """The topics are read side by side: the resume may come before the rejects that it answered."""
    state = MarkState(OPENING)
    remember(state, Switch(at=later(5), name="pause", scope="both", on=False, by="anna", reason="mended"))
    for second in range(5):
        remember(state, any_event(any_order(), "rejected", at=later(second)))
    assert switches(mark_now(state, now=later(6), params=params())) == []


@given(st.lists(st.tuples(st.integers(-300, 300), st.integers(0, 3_000_000), st.integers(0, 9_999)), max_size=8))
def test_equity_is_opening_cash_plus_every_result(holdings):
    state = MarkState(OPENING)
    for number, (count, cost, fee) in enumerate(holdings):
        paid = cost if count else 0
        fed(position(str(Count(count)), str(Cash(paid)), fees=str(Cash(fee)), ticker=f"T{number}"), state=state)
    equity = only(Equity, mark_now(state, now=T0, params=params()))
    assert equity.equity == OPENING - sum(fee for _, _, fee in holdings)
    assert equity.peak >= equity.equity
