from statistics import fmean

import pytest

from kalshi_desk.simulation.forecast_makers import LOOK, ForecastMakers, Shown, book, look_before, look_time, trade_at
from tests.simulation.forecasts import BEGIN

MAKERS = ForecastMakers()
TICKERS = [f"KXA-26DEC01-T{place}" for place in range(800)]


def shown(ticker, truth=0.5, look=1, makers=MAKERS):
    return book(7, ticker, truth=truth, look=look, makers=makers)


def test_most_spreads_are_two_to_six_cents_some_wide_and_some_empty():
    spreads = [quote.ask - quote.bid for ticker in TICKERS if (quote := shown(ticker).quote).bid is not None]
    usual = sum(200 <= spread <= 600 for spread in spreads) / len(TICKERS)
    assert usual == pytest.approx(1 - MAKERS.empty - MAKERS.wide, abs=0.03)
    assert any(spread >= 1_200 for spread in spreads)
    assert sum(shown(ticker) == Shown() for ticker in TICKERS) > 3


def test_the_error_stays_with_its_market_and_is_none_on_average():
    mids = [(quote.bid + quote.ask) / 20_000 for ticker in TICKERS if (quote := shown(ticker).quote).bid is not None]
    assert fmean(mids) == pytest.approx(0.5, abs=0.01)
    one = [shown(TICKERS[3], look=look).quote.bid for look in range(30)]
    assert max(one) - min(one) <= 700
    exact = ForecastMakers(error=0, flicker=0, empty=0, wide=0)
    assert all(abs(shown(ticker, 0.5, makers=exact).quote.bid - 4_800) <= 200 for ticker in TICKERS)


@pytest.mark.parametrize("truth", [0.0, 0.001, 0.03, 0.5, 0.97, 0.999, 1.0])
def test_books_are_never_crossed_nor_off_the_grid(truth):
    for ticker in TICKERS[:200]:
        made = shown(ticker, truth)
        quote = made.quote
        if quote.bid is not None and quote.ask is not None:
            assert quote.bid < quote.ask
        for price, count in (*made.yes, *made.no):
            assert 100 <= price <= 9_900
            assert price % 100 == 0
            assert count >= 100


def test_looks_come_every_ten_minutes_at_an_instant_of_the_markets_own():
    look = look_before(7, TICKERS[0], BEGIN)
    assert look_time(7, TICKERS[0], look) <= BEGIN < look_time(7, TICKERS[0], look + 1)
    assert look_time(7, TICKERS[0], look + 1) - look_time(7, TICKERS[0], look) == LOOK
    assert len({look_time(7, ticker, 0) for ticker in TICKERS}) > 300


def test_a_trade_hits_a_best_bid_for_no_more_than_is_there():
    trades = [
        (made, done) for look in range(400) if (done := trade_at(7, "T", made := shown("T"), look=look, makers=MAKERS))
    ]
    assert len(trades) / 400 == pytest.approx(MAKERS.trades, abs=0.06)
    for made, (outcome, (price, count)) in trades:
        best = (made.yes if outcome == "yes" else made.no)[0]
        assert (price, 0 < count <= best[1]) == (best[0], True)
    assert trade_at(7, "T", Shown(), look=1, makers=MAKERS) is None
