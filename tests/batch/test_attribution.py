import pytest

from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.batch.attribution import store_results
from kalshi_desk.domain.units import Nanos
from tests.batch import forecasts
from tests.orders import fill, order

pytestmark = pytest.mark.embedded
KEPT = (
    "select strategy, category, fees_dollars::text, observed_at from desk.result_parts order by observed_at, category"
)


async def test_a_rerun_gives_the_same_point_whatever_was_booked_since(paper_desk):
    forecasts.open_account(paper_desk)
    forecasts.add_market(paper_desk, "M")
    ledger = Ledger(paper_desk, order().account)
    bought = order(ticker="M", strategy="forecast_edge")
    await ledger.add_fill(fill(bought, at=Nanos.of(forecasts.at(1)), occurred_at=Nanos.of(forecasts.at(1))))
    assert store_results(forecasts.run_after(2), forecasts.HOUR) == 1
    kept = forecasts.rows(paper_desk, KEPT)
    assert [row[:3] for row in kept] == [("forecast_edge", "Climate", "0.084000")]
    await ledger.add_fill(fill(bought, "late", at=Nanos.of(forecasts.at(1.5)), occurred_at=Nanos.of(forecasts.at(1.5))))
    forecasts.add_market(paper_desk, "L")
    other = order(ticker="L", strategy="another")
    await ledger.add_fill(fill(other, "other", at=Nanos.of(forecasts.at(1)), occurred_at=Nanos.of(forecasts.at(1))))
    store_results(forecasts.run_after(2), forecasts.HOUR)
    assert forecasts.rows(paper_desk, KEPT) == kept
    store_results(forecasts.run_after(3), forecasts.HOUR)
    assert len(forecasts.rows(paper_desk, KEPT)) == 3


def test_without_trades_there_is_no_point(paper_desk):
    forecasts.open_account(paper_desk)
    assert store_results(forecasts.run_after(2), forecasts.HOUR) == 0
