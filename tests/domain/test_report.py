from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from kalshi_desk.domain.report import Activity, DailyReport, Money, Skill, markdown, summary_line
from kalshi_desk.domain.report_parts import Coming, Costs, DeskDay, ForecasterScore, Incident, ModelCost, ResultRow

REPORT = DailyReport(
    account="sim:synthetic:7",
    mode="paper",
    date="2026-11-20",
    until="2026-11-21T00:00:00Z",
    money=Money(Decimal("-1.2300"), Decimal("0.1745"), Decimal(50), Decimal("48.77"), None, Decimal(5)),
    activity=Activity(12, 40, 3_100, 9, 7, 5, 0, 1),
    refusals=[("no_edge", 3_000), ("price_band", 100)],
    settled=[("KXBTC15M-A", "3.00 yes", "no", Decimal("-1.23"))],
    skill=[Skill(5, 12, 0.20, 0.21), Skill(1, 12, 0.09, 0.05)],
    desks=[
        DeskDay("crypto", Decimal("-1.23"), Decimal("0.17"), 9, 7, 5),
        DeskDay("forecast", *[Decimal(0)] * 2, 0, 0, 0),
    ],
    estimates=31,
    forecasters=[ForecasterScore("price", 8, 0.15, 0.45), ForecasterScore("gpt", 8, 0.21, 0.61)],
    costs=Costs(Decimal("0.42"), Decimal("3.10"), Decimal(12), Decimal("9.75")),
    models=[ModelCost("gpt-x", 40, 10, 2, 52_000, 3_100, Decimal("0.42"))],
    incidents=[Incident(datetime(2026, 11, 20, 9, 5, tzinfo=UTC), "critical alert", "batch: <late> | again", 3)],
    coming=[Coming("KXFED-A", "Will rates rise?", datetime(2026, 11, 21, 19, tzinfo=UTC), Decimal(-2), 0.31, None)],
    results=[ResultRow("crypto_fair_value", *map(Decimal, ("-1.23", "0.10", "0.17", "-1.30", "-1.30")))],
)


def test_unknown_money_is_a_dash_and_never_zero():
    assert "| Lowest equity | – |" in markdown(REPORT)
    assert "| Paid in, less withdrawn | $5.00 |" in markdown(REPORT)


def test_the_summary_says_mode_account_and_result():
    assert summary_line(REPORT) == (
        "Paper account sim:synthetic:7: 5 markets settled for -$1.23 after $0.1745 fees, 7 fills from 9 orders."
    )


def test_markdown_says_who_was_better_at_each_horizon():
    text = markdown(REPORT)
    assert "| 5 | 12 | 0.2000 | 0.2100 | model |" in text
    assert "| 1 | 12 | 0.0900 | 0.0500 | market |" in text
    assert "| no_edge | 3,000 |" in text
    assert "| KXBTC15M-A | 3.00 yes | no | -$1.23 |" in text


def test_an_empty_day_says_so():
    text = markdown(replace(REPORT, skill=[], settled=[], refusals=[]))
    assert "No settled market was scored." in text
    assert "None." in text
    assert "Why there was no order" not in text


def test_both_desks_forecasts_costs_incidents_and_tomorrow_are_told():
    text = markdown(REPORT)
    assert "| crypto | -$1.23 | $0.17 | 9 | 7 | 5 |" in text
    assert "31 estimates were made." in text
    assert "| Left of it after models and fixed costs | -$5.35 |" in text
    assert "| gpt-x | 40 | 10 | 2 | 52,000 | 3,100 | $0.42 |" in text
    assert "| 09:05:00 | critical alert | 3 | batch: <late> / again |" in text
    assert "| 2026-11-21 19:00 | KXFED-A | Will rates rise? | 2.00 no | 31.0% | – |" in text


def test_further_accounts_stand_below_the_money():
    assert "further account" not in markdown(REPORT)
    text = markdown(replace(REPORT, further=[("sim:synthetic:7/second", REPORT.money)]))
    (row,) = [line for line in text.splitlines() if line.startswith("| sim:synthetic:7/second |")]
    assert row.count("|") == 5


def test_what_strategies_brought_is_a_row_each():
    assert "| crypto_fair_value | -$1.23 | $0.10 | $0.17 | -$1.30 | -$1.30 |" in markdown(REPORT)
