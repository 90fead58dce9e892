import json
from decimal import Decimal

import msgspec
import pytest

from kalshi_desk.domain.backtest import (
    Bet,
    EquityPoint,
    ForecastBacktest,
    Table,
    Trading,
    result_json,
    summary,
    verdict,
)
from kalshi_desk.domain.skill import Interval
from kalshi_desk.domain.units import Cash, Count, Price
from tests.questions import day


def table(n: int = 2, **scores: float | None) -> Table:
    names = list(scores)
    return Table(
        n=n, brier=scores, log_score=scores, brier_interval=dict.fromkeys(names, (0.1, 0.2)),
        log_score_interval=dict.fromkeys(names), infinite=dict.fromkeys(names, 0),
    )  # fmt: skip


BET = Bet(
    question="q", title="t", category="c", asked_at=day(0), resolved_at=day(1), outcome="yes",
    price=Price.parse("0.41"), count=Count.parse("2.34"), cost=Cash.parse("0.9594"), fee=Cash.parse("0.0397"),
    pnl=Cash.parse("1.3409"), won=True,
)  # fmt: skip
TRADING = Trading(
    bankroll=Cash.parse("50"), pnl=BET.pnl, pnl_interval=None, fees=BET.fee, trades=1, gain=0.026818, sharpe=None,
    max_drawdown=0.0, recovery_days=None, win_rate=1.0, mean_trade_days=1.0, by_category=(), refusals={"no_edge": 3},
    equity=(EquityPoint(day(1), Cash.parse("51.3409")),), bets=(BET,),
)  # fmt: skip
FOUND = ForecastBacktest(
    questions=3, asked_from=day(0), asked_until=day(0), table=table(gpt=0.2, price=None),
    beside={"experts": table(n=1, experts=0.1, gpt=0.3)}, skill={"gpt": None}, curves={"gpt": []}, trading=TRADING,
    assumptions=("none",),
)  # fmt: skip


def test_the_summary_has_the_fields_that_are_relied_on_at_the_top() -> None:
    found = summary(FOUND)
    assert (found["n"], found["trades"], found["pnl"], found["fees"]) == (2, 1, Decimal("1.3409"), Decimal("0.0397"))
    assert found["brier"] == {"gpt": 0.2, "price": None, "experts": 0.1}
    assert found["brier_interval"]["experts"] == (0.1, 0.2)
    assert found["beside"]["experts"]["n"] == 1


def test_money_is_exact_in_json_and_nothing_is_lost() -> None:
    told = json.loads(result_json(FOUND), parse_float=Decimal)
    assert told["pnl"] == Decimal("1.340900")
    assert told["bets"][0]["price"] == Decimal("0.4100")
    assert told["bets"][0]["asked_at"] == "2026-01-01T00:00:00.000000000Z"
    assert told["pnl_interval"] is None
    fields = {*Table.__struct_fields__, *Trading.__struct_fields__, "questions", "beside", "skill", "curves"}
    assert fields <= set(told)
    assert result_json(FOUND) == result_json(msgspec.structs.replace(FOUND))


@pytest.mark.parametrize(
    ("bounds", "word"),
    [(("1", "2"), "Yes, on these questions"), (("-2", "-1"), "No"), (("-1", "2"), "Not shown"), (None, "Not shown")],
)
def test_the_verdict_follows_the_interval(bounds: tuple[str, str] | None, word: str) -> None:
    interval = None if bounds is None else (Cash.parse(bounds[0]), Cash.parse(bounds[1]))
    trading = msgspec.structs.replace(TRADING, pnl_interval=interval)
    skill = {"blended": Interval(n=2, clusters=2, mean=0.01, low=-0.1, high=0.1)}
    said, sentence = verdict(msgspec.structs.replace(FOUND, trading=trading, skill=skill))
    assert said == word
    assert sentence.startswith("1 bet ")


def test_without_a_priced_forecast_nothing_can_be_said() -> None:
    assert verdict(msgspec.structs.replace(FOUND, skill={}))[0] == "Cannot be said"
