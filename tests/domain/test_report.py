from dataclasses import replace
from decimal import Decimal

import pytest

from kalshi_desk.domain.report import Activity, DailyReport, Money, Skill, dollars, markdown, summary_line

REPORT = DailyReport(
    account="sim:synthetic:7",
    mode="paper",
    date="2026-11-20",
    until="2026-11-21T00:00:00Z",
    money=Money(Decimal("-1.2300"), Decimal("0.1745"), Decimal(50), Decimal("48.77"), None),
    activity=Activity(12, 40, 3_100, 9, 7, 5, 0, 1),
    refusals=[("no_edge", 3_000), ("price_band", 100)],
    settled=[("KXBTC15M-A", "3.00 yes", "no", Decimal("-1.23"))],
    skill=[Skill(5, 12, 0.20, 0.21), Skill(1, 12, 0.09, 0.05)],
)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "$0.00"), ("1234.5", "$1,234.50"), ("-0.0145", "-$0.0145"), ("0.000001", "$0.000001"), ("7", "$7.00")],
)
def test_dollars_show_what_is_there(amount, text):
    assert dollars(Decimal(amount)) == text


def test_unknown_money_is_a_dash_and_never_zero():
    assert dollars(None) == "–"
    assert "| Lowest equity | – |" in markdown(REPORT)


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
