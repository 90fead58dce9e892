from decimal import Decimal

import msgspec
import pytest

from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Cash
from kalshi_desk.page.forecast_tables import ForecastTables
from kalshi_desk.page.forecasts import spend, watch_rows
from kalshi_desk.page.render import render_parts
from tests.page import facts as f
from tests.page import forecast_sample, sample

FED = forecast_sample.market(forecast_sample.FED)


def row(market=FED, **changes):
    fields = {
        "ticker": market.ticker, "rank": 0, "score": 0.012, "observed_at": sample.NOW.datetime(), "title": market.title,
        "category": "Economics", "close_at": market.close_time.datetime(), "definition": encode(market).decode(),
        "bid_dollars": Decimal("0.6100"), "ask_dollars": Decimal("0.6300"), "p_yes": 0.69, "p_stderr": 0.03,
        "exploratory": True, "estimated_at": sample.NOW.datetime(),
    }  # fmt: skip
    return fields | changes


def seen(*rows, **changes):
    return f.facts(tables=f.tables(forecasts=ForecastTables(watched=list(rows), **changes)))


def watched(**changes):
    (found,) = watch_rows(seen(row(**changes)))
    return found


def test_the_edge_is_that_of_the_better_side_after_its_fee():
    assert watched().outcome is Outcome.YES
    assert watched().edge == pytest.approx(0.69 - 0.63 - 0.0164, abs=1e-4)
    low = watched(p_yes=0.5)
    assert (low.outcome, low.edge) == (Outcome.NO, pytest.approx(0.5 - 0.39 - 0.0167, abs=1e-4))


def test_a_missing_side_leaves_the_other_and_both_leave_none():
    assert watched(ask_dollars=None).outcome is Outcome.NO
    assert watched(ask_dollars=None, bid_dollars=None).edge is None


def test_without_estimate_or_known_fee_there_is_no_edge():
    assert watched(p_yes=None).edge is None
    assert watched(market=msgspec.structs.replace(FED, fee=None)).edge is None


def test_spend_beside_its_cap():
    told = {"dollars": Decimal("1.5"), "calls": 9, "faults": 1, "cached": 0, "tokens": 9000}
    found = spend(seen(spent=told, month=Cash.parse("31.5")))
    assert found.month == Cash.parse("31.5")
    assert (found.cap, found.share, found.calls) == (Decimal("1.00"), 1.0, 9)
    assert spend(seen()) is None


def test_the_panel_tells_what_is_unknown_by_a_dash():
    html = render_parts(seen(row(p_yes=None, p_stderr=None, estimated_at=None, score=None)))["forecasts"]
    assert "Nothing was estimated" in html
    assert "None" not in html
