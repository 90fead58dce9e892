"""The correlations of one day from rows written by hand."""

from datetime import timedelta

import pytest

from kalshi_desk.batch import correlation
from kalshi_desk.batch.desk import WRITTEN_S
from tests.batch.estimated import WINDOW, at, execute, listed, open_account, quote, watch
from tests.batch.reruns import everything

pytestmark = pytest.mark.embedded
ONE, SISTER, COUSIN, STRANGER = "KXCPI-26DEC-T2", "KXCPI-26DEC-T3", "KXCPI-27JAN-T3", "KXBAND-26DEC"
TITLES = {
    ONE: "Will inflation be above 2 % in December?",
    SISTER: "Will inflation be above 3 % in December?",
    COUSIN: "Prices in January",
    STRANGER: "Which album tops the charts?",
}


@pytest.fixture
def watched(paper_desk):
    open_account(paper_desk)
    for ticker, title in TITLES.items():
        watch(paper_desk, listed(ticker, title=title))
    return paper_desk


def run():
    return correlation.write_correlations(at(0) + timedelta(seconds=WRITTEN_S), WINDOW)


def stored(database):
    rows = execute(database, "select ticker_a, ticker_b, p_correlation, observed_at from correlations")
    assert {when for *_, when in rows} <= {at(0)}
    return {(one, other): value for one, other, value, _ in rows}


def test_kin_and_alike_markets_are_written_and_again_the_same(watched):
    first = run()
    found = stored(watched)
    assert found[ONE, SISTER] == pytest.approx(0.8, abs=0.05)
    assert found[ONE, COUSIN] == pytest.approx(0.5, abs=0.05)
    assert not [pair for pair in found if STRANGER in pair]
    assert (first.pairs, first.clusters, first.largest) == (len(found), 1, 2)
    assert run() == first
    assert stored(watched) == found


def test_a_rerun_compares_nothing_that_was_written_since(watched):
    first = run()
    watch(watched, listed("KXCPI-26DEC-T4", title="Will inflation be above 4 % in December?"))
    quote(watched, ONE, bid="0.88", ask="0.90", minutes=-1)
    before = everything(watched)
    assert run() == first
    assert everything(watched) == before


def test_outcomes_that_exclude_each_other_hedge(paper_desk):
    open_account(paper_desk)
    for ticker in (ONE, SISTER):
        watch(paper_desk, listed(ticker, title=TITLES[ticker]), bid="0.39", ask="0.41", exclusive=True)
    run()
    assert stored(paper_desk)[ONE, SISTER] == pytest.approx(-0.4 / 0.6, abs=0.01)


@pytest.mark.parametrize(("first_hour", "low", "high"), [(-48, -1.0, 0.3), (1, 0.75, 0.85)])
def test_prices_that_were_known_and_moved_apart_overrule_kinship(watched, first_hour, low, high):
    for hour in range(47):
        mid = 0.30 + 0.005 * hour + (0.03 if hour % 2 else 0.0)
        for ticker, value in ((ONE, mid), (SISTER, 1 - mid)):
            minutes = 60.0 * (first_hour + hour)
            quote(watched, ticker, bid=f"{value - 0.01:.4f}", ask=f"{value + 0.01:.4f}", minutes=minutes)
    run()
    assert low < stored(watched).get((ONE, SISTER), 0.0) < high


def test_what_is_held_is_compared_though_nobody_watches_it(watched):
    execute(watched, "delete from watchlist where ticker <> %s", ONE)
    execute(
        watched,
        """insert into fills (account, fill_id, venue_order_id, ticker, owner, outcome, action, book_side,
            price_dollars, count_contracts, is_taker, fee_dollars, occurred_at, observed_at)
            values ('sim:synthetic:7', 'f1', 'v1', %s, 'desk', 'yes', 'enter', 'bid', 0.5, 2, false, 0, %s, %s)""",
        SISTER, at(-3), at(-3),
    )  # fmt: skip
    assert run().pairs == 1
    assert set(stored(watched)) == {(ONE, SISTER)}


def test_with_nothing_to_compare_nothing_is_written(paper_desk):
    open_account(paper_desk)
    assert run() == (0, 0, 0)
    watch(paper_desk, listed(ONE))
    assert run() == (0, 0, 0)
