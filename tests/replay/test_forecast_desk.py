import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.units import Cash, Price
from kalshi_desk.replay.forecast_desk import ForecastDesk, held_to_the_end
from kalshi_desk.settings import load_settings
from kalshi_desk.steps.calibrate import Combined
from kalshi_desk.wiring.gate import gate_params
from tests.questions import apart, asked, day

BANKROLL = Cash.parse("50")


def desk(bankroll: Cash = BANKROLL, embed=apart, **settings) -> ForecastDesk:
    chosen = load_settings(_env_file=None, **settings)
    account = held_to_the_end(gate_params(chosen), bankroll=bankroll)
    return ForecastDesk(account, embed=embed, max_correlation=chosen.max_correlation)


def believed(p: float, stderr: float = 0.0) -> Combined:
    return Combined(
        p_vendors={}, p_ensemble=p, p_ensemble_stderr=stderr, p_calibrated=p, p_blended=p, p_yes=p, stderr=stderr,
        blend_weight=0.5, exploratory=False,
    )  # fmt: skip


def test_a_bet_takes_a_cent_above_the_price_pays_the_fee_and_is_paid_at_the_answer():
    trader = desk()
    trader.ask(asked("a", price=0.40, outcome=1, answered=5), believed(0.60))
    assert trader.bets == []
    trader.until(day(5))
    [bet] = trader.bets
    # $1 of $50 at 0.41 and a fee of 0.07 x 0.41 x 0.59 each: 2.34 contracts at $0.9594 and $0.0397
    assert (bet.outcome, bet.price, str(bet.count)) == ("yes", Price.parse("0.41"), "2.34")
    assert (str(bet.cost), str(bet.fee)) == ("0.959400", "0.039700")
    assert bet.pnl == Cash.parse("2.34") - bet.cost - bet.fee
    assert bet.won
    assert trader.equity[-1].equity == BANKROLL + bet.pnl
    assert (bet.asked_at, bet.resolved_at) == (day(0), day(5))


def test_no_is_bought_at_the_complement_of_a_cent_below_the_price():
    trader = desk()
    trader.ask(asked("a", price=0.605, outcome=1), believed(0.40))
    trader.until(None)
    [bet] = trader.bets
    assert (bet.outcome, bet.price) == ("no", Price.parse("0.41"))  # 0.605 less a cent, down to 0.59
    assert not bet.won
    assert bet.pnl == -bet.cost - bet.fee
    assert trader.equity[-1].equity == BANKROLL + bet.pnl


@pytest.mark.parametrize(
    ("price", "p", "reason"),
    [
        (0.40, 0.42, "no_edge"),
        (0.40, 0.475, "min_edge"),
        (0.03, 0.20, "price_band"),
        (0.995, 0.5, "one_sided_book"),
        (0.005, 0.5, "one_sided_book"),
    ],
)
def test_what_is_not_worth_its_cost_is_refused(price, p, reason):
    trader = desk()
    trader.ask(asked("a", price=price), believed(p))
    trader.until(None)
    assert (trader.bets, dict(trader.refusals)) == ([], {reason: 1})


def test_doubt_as_large_as_the_edge_is_refused():
    trader = desk()
    trader.ask(asked("a", price=0.40), believed(0.60, stderr=0.2))
    assert dict(trader.refusals) == {"no_edge": 1}


def test_the_limits_hold_while_bets_are_open_and_free_what_was_answered():
    trader = desk()
    for number in range(10):
        trader.ask(asked(f"q{number}", price=0.40, answered=5), believed(0.60))
    assert dict(trader.refusals) == {"forecast_max_total_risk": 5}  # fees have made six dollars a little less
    trader.ask(asked("later", price=0.40, on=5, answered=6), believed(0.60))
    trader.until(None)
    assert len(trader.bets) == 6


def test_entries_of_a_day_are_limited():
    trader = desk(forecast_max_entries_per_day=2)
    for number in range(3):
        trader.ask(asked(f"q{number}", price=0.40), believed(0.60))
    assert dict(trader.refusals) == {"max_entries_per_day": 1}


def test_a_market_is_held_once_at_a_time():
    trader = desk()
    same = [asked(f"q{n}", title="one", price=0.40, on=n, answered=1.5) for n in range(3)]
    for question in same[:2]:
        trader.ask(question, believed(0.60))
    assert dict(trader.refusals) == {"already_held": 1}
    trader.ask(asked("q2", title="one", price=0.40, on=2, answered=3), believed(0.60))
    trader.until(None)
    assert [bet.question for bet in trader.bets] == ["q0", "q2"]
    assert trader.equity[-1].equity == BANKROLL + sum(bet.pnl for bet in trader.bets)


def together(titles):
    """Return one meaning for all titles."""
    return np.repeat(apart(["one"]), len(titles), axis=0)


def test_what_is_too_much_like_an_open_bet_is_refused_until_that_is_answered():
    trader = desk(embed=together)
    for name, on in (("a", 0), ("b", 1), ("c", 6)):
        trader.ask(asked(name, price=0.40, on=on, answered=on + 5), believed(0.60))
    trader.until(None)
    assert dict(trader.refusals) == {"too_correlated": 1}
    assert [bet.question for bet in trader.bets] == ["a", "c"]


def test_a_hedge_of_what_is_alike_passes():
    trader = desk(embed=together)
    trader.ask(asked("a", price=0.40, answered=5), believed(0.60))
    trader.ask(asked("b", price=0.60, on=1, answered=5), believed(0.40))
    trader.until(None)
    assert [bet.outcome for bet in trader.bets] == ["yes", "no"]


def test_questions_of_one_event_are_alike_whatever_their_titles():
    trader = desk()
    for name in ("a", "b"):
        trader.ask(asked(name, price=0.40, answered=5, event="E"), believed(0.60))
    assert dict(trader.refusals) == {"too_correlated": 1}


def test_bets_that_hang_together_are_sized_together():
    wide = dict.fromkeys(("forecast_max_risk_per_trade", "forecast_max_total_risk", "max_total_risk"), 1)
    wide |= {f"max_{name}_risk": 1 for name in ("event", "underlying", "cluster", "strategy", "category")}
    counts = {}
    for event in (None, "E"):
        trader = desk(max_correlation=0.9, **wide)
        for name in ("a", "b"):
            trader.ask(asked(name, price=0.40, answered=5, event=event), believed(0.50))
        trader.until(None)
        counts[event] = [bet.count for bet in trader.bets]
    assert counts["E"][0] == counts[None][0]
    assert counts["E"][1] < counts[None][1]


def test_losses_of_a_day_and_a_deep_fall_pause_the_desk():
    trader = desk(
        forecast_max_total_risk=1, max_total_risk=1, max_category_risk=1, max_strategy_risk=1,
        forecast_fractional_kelly=1,
    )  # fmt: skip
    for number in range(20):
        trader.ask(asked(f"q{number}", price=0.40, outcome=0, answered=1.5), believed(0.60))
    trader.ask(asked("same day", price=0.40, on=1.6, answered=9), believed(0.60))
    assert sum(trader.refusals.values()) == 1
    assert set(trader.refusals) <= {"pause", "max_drawdown", "max_daily_loss"}
    trader.ask(asked("next week", price=0.40, on=8, answered=9), believed(0.60))
    trader.until(None)
    assert len(trader.bets) == 20  # a fall of a fifth waits for a person


@given(
    st.lists(
        st.tuples(st.floats(0.02, 0.98), st.floats(0.01, 0.99), st.floats(0, 9), st.floats(0.1, 5), st.integers(0, 1)),
        max_size=25,
    )
)
def test_the_account_ends_with_its_bankroll_and_its_bets(rows):
    trader = desk()
    for number, (price, p, on, lasts, outcome) in enumerate(sorted(rows, key=lambda row: row[2])):
        question = asked(f"q{number:02}", price=price, on=on, answered=on + lasts, outcome=outcome)
        trader.ask(question, believed(p))
    trader.until(None)
    total = BANKROLL + sum(bet.pnl for bet in trader.bets)
    assert not trader.bets or trader.equity[-1].equity == total
    assert all(bet.cost + bet.fee <= total + BANKROLL for bet in trader.bets)
    assert len(trader.bets) + sum(trader.refusals.values()) == len(rows)
