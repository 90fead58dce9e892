import random
from functools import partial
from math import exp, log
from time import process_time

import msgspec
import pytest

from kalshi_desk.domain.units import Cash
from kalshi_desk.recordings.forecast_sets import ForecastSet
from kalshi_desk.replay import forecast_backtest
from kalshi_desk.replay.forecast_backtest import ASSUMPTIONS, pnl_interval
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.backtest import backtest_params
from tests.questions import apart, asked, day

backtest = partial(forecast_backtest.backtest, embed=apart)


def params(**changes):
    made = backtest_params(load_settings(_env_file=None), bankroll=Cash.parse("50"), start=None, end=None)
    return msgspec.structs.replace(made, **changes)


def world(count, *, seed=1, noise=0.8, bias=0.0, sharp=0.5):
    """Questions with the hidden truth as evidence; the noises of model and price and the bias are in log odds."""
    draw = random.Random(seed)
    found = []
    for number in range(count):
        truth = draw.gauss(0, 1.2)
        p, model, price = (
            1 / (1 + exp(-x)) for x in (truth, truth + bias + draw.gauss(0, noise), truth + draw.gauss(0, sharp))
        )
        on = number * 0.1
        found.append(
            asked(
                f"q{number:04}", on=on, answered=on + draw.uniform(0.2, 6), outcome=int(draw.random() < p),
                price=round(price, 3), forecasts={"gpt": model, "claude": min(0.999, model * 1.01)}, evidence=(p,),
            )
        )  # fmt: skip
    return found


def test_scores_are_those_of_a_plain_reading():
    questions = world(60)
    found = backtest(questions, params()).table
    n = len(questions)
    for name in ("gpt", "claude"):
        pairs = [(question.forecasts[name], question.outcome) for question in questions]
        assert found.brier[name] == pytest.approx(sum((p - y) ** 2 for p, y in pairs) / n)
        assert found.log_score[name] == pytest.approx(-sum(log(p if y else 1 - p) for p, y in pairs) / n)
    mixed = 0.0
    for question in questions:
        odds = [log(question.forecasts[name] / (1 - question.forecasts[name])) for name in ("gpt", "claude")]
        mixed += (1 / (1 + exp(-0.55 * odds[0] - 0.45 * odds[1])) - question.outcome) ** 2
    assert found.brier["mix"] == pytest.approx(mixed / n)


def test_the_future_changes_nothing_earlier():
    questions = world(150)
    cut = day(9)
    changed = [
        msgspec.structs.replace(question, outcome=1 - question.outcome) if question.resolved_at > cut else question
        for question in questions
    ]
    until = params(end=cut)
    before, after = backtest(questions, until), backtest(changed, until)
    assert [bet.question for bet in before.trading.bets if bet.resolved_at <= cut]
    known = [
        [(bet.question, bet.count, bet.pnl) for bet in found.trading.bets if bet.resolved_at <= cut]
        for found in (before, after)
    ]
    assert known[0] == known[1]
    entered = [
        sorted((bet.question, bet.outcome, bet.count) for bet in found.trading.bets) for found in (before, after)
    ]
    assert entered[0] == entered[1]


def test_later_questions_change_nothing_at_all():
    questions = world(150)
    early = [question for question in questions if question.asked_at < day(9)]
    assert backtest(questions, params(end=day(9))) == backtest(early, params())


def test_dates_bound_what_is_scored_while_earlier_answers_teach():
    questions = world(150)
    found = backtest(questions, params(start=day(5), end=day(9)))
    inside = [question for question in questions if day(5) <= question.asked_at < day(9)]
    assert found.questions == found.table.n == len(inside)
    assert (found.asked_from, found.asked_until) == (inside[0].asked_at, inside[-1].asked_at)
    assert found.table.brier["calibrated"] != backtest(inside, params()).table.brier["calibrated"]


def test_figures_of_the_trading_belong_together():
    found = backtest(world(200, noise=0.2, sharp=1.0), params()).trading
    assert found.trades == len(found.bets) > 5
    assert found.pnl == sum(bet.pnl for bet in found.bets) == sum(one.pnl for one in found.by_category)
    assert found.fees == sum(bet.fee for bet in found.bets)
    assert found.gain == pytest.approx(found.pnl / found.bankroll)
    assert found.equity[-1].equity == found.bankroll + found.pnl
    low, high = found.pnl_interval
    assert low < found.pnl < high
    assert found.win_rate == sum(bet.won for bet in found.bets) / found.trades
    assert found.mean_trade_days > 0.2


def test_the_interval_covers_what_the_bets_were_worth_under_the_truth():
    covered = 0
    for seed in range(20):
        questions = world(150, seed=seed, noise=0.4, sharp=0.8)
        found = backtest(questions, params()).trading
        truth = {question.id: question.evidence[0] for question in questions}
        wins = {
            bet.question: truth[bet.question] if bet.outcome == "yes" else 1 - truth[bet.question] for bet in found.bets
        }
        worth = sum(wins[bet.question] * bet.count * 10**4 - bet.cost - bet.fee for bet in found.bets)
        low, high = found.pnl_interval
        covered += low <= worth <= high
    assert covered >= 18


def test_nothing_in_gives_nothing_out():
    found = backtest([], params())
    assert (found.questions, found.table.n, found.table.brier["price"]) == (0, 0, None)
    assert (found.trading.trades, found.trading.pnl, found.trading.win_rate) == (0, 0, None)
    assert (found.trading.pnl_interval, found.asked_from) == (None, None)
    assert found.assumptions == ASSUMPTIONS


def test_answers_among_many_questions_that_have_none_teach_nothing():
    questions = world(150)
    waiting = tuple(day(number * 0.1) for number in range(30))
    taught, untaught = backtest(questions, params()), backtest(questions, params(still_open=waiting))
    assert taught.table.brier["calibrated"] != taught.table.brier["mix"]
    assert untaught.table.brier["calibrated"] == pytest.approx(untaught.table.brier["mix"])


def test_without_a_price_there_are_scores_and_no_bets():
    questions = [msgspec.structs.replace(question, price=None) for question in world(30)]
    found = backtest(questions, params())
    assert (found.table.n, found.table.brier["price"], found.trading.trades) == (30, None, 0)
    assert found.skill == {}


def test_an_interval_needs_two_events():
    assert pnl_interval([]) is None
    bets = backtest(world(200, noise=0.2, sharp=1.0), params()).trading.bets
    assert pnl_interval(bets[:1]) is None


def test_thousands_of_questions_take_seconds():
    questions = world(3_000)
    began = process_time()
    backtest(questions, params())
    assert process_time() - began < 30


@pytest.mark.recording
def test_the_tournaments_known_scores(recordings_dir):
    questions = list(ForecastSet(recordings_dir / "llm_forecasts_metaculus_aib_q3_2024").questions())
    scores = backtest(questions, params()).table
    assert scores.n == 199
    assert {name: round(scores.brier[name], 3) for name in ("gpt", "claude", "mix")} == {
        "gpt": 0.183, "claude": 0.174, "mix": 0.173,
    }  # fmt: skip


@pytest.mark.recording
def test_with_the_price_at_hand_the_blend_does_not_lose_to_it(recordings_dir):
    questions = list(ForecastSet(recordings_dir / "llm_forecasts_polymarket_2026-04").questions())
    scores = backtest(questions, params()).table
    assert scores.n > 100
    assert scores.brier["blended"] <= scores.brier["price"] + 0.002
