import re
from html.parser import HTMLParser

import msgspec
import pytest

from kalshi_desk.adapters.reports.backtest import html
from tests.domain.test_backtest import FOUND, TRADING
from tests.replay.test_forecast_backtest import backtest, params, world

VOID = {"meta", "line", "circle", "path"}


class Balanced(HTMLParser):
    """Checks that every tag is closed in its order."""

    def __init__(self):
        super().__init__()
        self.open, self.faults = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(tag)


@pytest.fixture(scope="module")
def found():
    return backtest(world(200, noise=0.2, sharp=1.0), params())


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(found):
    page = html(found, title="a <b> & c")
    parser = Balanced()
    parser.feed(page)
    assert (parser.faults, parser.open) == ([], [])
    assert re.findall(r"(?:src|href)=|url\(|@import|<script", page) == []
    assert "a &lt;b&gt; &amp; c" in page


def test_the_verdict_stands_first_and_the_figures_are_those_of_the_result(found):
    page = html(found, title="t")
    assert page.index("<h1>") < page.index("Who forecasts best") < page.index("<h2>Bets")
    assert f"{found.table.brier['blended']:.4f}" in page
    assert f"${abs(found.trading.pnl.number):,.2f}" in page
    assert page.count("<circle") == len(found.curves["blended"]) + len(found.curves["price"])
    assert page.count('<tr><td class="small soft n">') == found.trading.trades


def test_a_result_without_prices_bets_or_questions_has_a_page_too():
    bare = msgspec.structs.replace(
        FOUND, trading=msgspec.structs.replace(TRADING, bets=(), trades=0, equity=(), refusals={})
    )
    assert "Cannot be said" in html(bare, title="t")
    page = html(backtest([], params()), title="t")
    assert "No question has them all." in page
    assert "<svg" not in page


def test_a_long_list_of_bets_is_cut_and_says_so():
    many = msgspec.structs.replace(TRADING, bets=TRADING.bets * 250, trades=250)
    page = html(msgspec.structs.replace(FOUND, trading=many), title="t")
    assert "The last 200 of 250." in page
