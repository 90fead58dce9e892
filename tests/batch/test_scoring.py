from decimal import Decimal
from math import log

import pytest

from kalshi_desk.batch.scoring import difference, score
from kalshi_desk.domain.units import Cash, Count, Nanos
from kalshi_desk.wire.kalshi_portfolio import SettlementBody


def test_a_score_row_holds_both_scores_of_model_and_mid():
    row = score("T", 5, 1, 0.8, 0.6)
    assert row["brier_model"] == pytest.approx(0.04)
    assert row["brier_mid"] == pytest.approx(0.16)
    assert row["log_model"] == pytest.approx(-log(0.8))


def test_without_a_mid_only_the_model_is_scored():
    row = score("T", 5, 0, 0.8, None)
    assert row["brier_model"] == pytest.approx(0.64)
    assert (row["p_mid"], row["brier_mid"], row["log_mid"]) == (None, None, None)


THEIRS = SettlementBody(
    ticker="T", event_ticker="E", market_result="yes", yes_count_fp=Count(37), yes_total_cost_dollars=Cash(200_000),
    no_count_fp=Count(0), no_total_cost_dollars=Cash(0), revenue=37, settled_time=Nanos(0), fee_cost=Cash(0),
)  # fmt: skip


def test_a_settlement_equal_at_the_venue_has_no_difference():
    assert difference(("T", "yes", Decimal("0.37"), Decimal("0.370000")), THEIRS) == ""


@pytest.mark.parametrize(
    ("booked", "venue_says"),
    [
        (("T", "no", Decimal("0.37"), Decimal(0)), THEIRS),
        (("T", "yes", Decimal("0.38"), Decimal("0.38")), THEIRS),
        (("T", "yes", Decimal("0.37"), Decimal("0.37")), None),
    ],
)
def test_a_difference_names_the_market(booked, venue_says):
    assert difference(booked, venue_says).startswith("T: booked")
