import pytest

from kalshi_desk.domain.inputs import BookLost
from kalshi_desk.page import quotes
from tests.page import facts as f
from tests.page import sample


def rows(**changes):
    return {row.market.ticker: row for row in quotes.market_rows(f.facts(**changes))}


def test_next_to_close_first_then_those_with_a_fair_value():
    order = list(rows())
    assert order[:2] == [sample.BTC15, sample.ETH15]
    assert order[2:4] == [sample.LADDER[0][0], sample.LADDER[1][0]]


def test_lead_is_how_far_our_value_lies_outside_the_quote():
    found = rows()
    assert found[sample.BTC15].lead == pytest.approx(0.072)
    assert found[sample.ETH15].lead < 0
    assert found[sample.LADDER[3][0]].lead is None
    assert found[sample.ETH15].why_not == "min_edge"
    assert found[sample.BTC15].seen_at == sample.ago(0.5)


def test_a_lost_book_has_no_quote():
    live = f.live()
    live.apply(BookLost(at=sample.NOW, ticker=sample.BTC15, reason="gap"))
    assert rows(live=live)[sample.BTC15].quote is None


def test_closed_markets_and_an_unknown_clock_show_nothing():
    assert rows(now=sample.HOUR) == {}
    assert rows(now=None) == {}


def test_coins():
    btc, eth = quotes.coin_rows(f.facts())
    assert (btc.coin, btc.window.window_count, len(btc.trades)) == ("BTC", 31, 4)
    assert (eth.coin, eth.window) == ("ETH", None)
    empty = quotes.coin_rows(f.facts(coins=("SOL",)))[0]
    assert (empty.index, empty.trades) == (None, [])
