from kalshi_desk.domain.inputs import BookChanged, Lifecycle, MarketTrade
from kalshi_desk.domain.market import MarketStatus, Outcome
from kalshi_desk.domain.units import Count, Nanos, Price
from kalshi_desk.simulation.listings import up_down
from kalshi_desk.venue_double.listing import Listing

TICKER = "KXBTC15M-26NOV210930-30"


def change(version, yes=(), no=(), *, snapshot=False):
    return BookChanged(
        at=Nanos(version), occurred_at=Nanos(version), ticker=TICKER, version=version, snapshot=snapshot,
        yes=tuple((Price(p), Count(c)) for p, c in yes), no=tuple((Price(p), Count(c)) for p, c in no),
    )  # fmt: skip


def test_the_public_is_told_differences():
    listing = Listing(up_down(TICKER, Nanos(0), Nanos(900 * 10**9)))
    deltas, _ = listing.change(change(1, [(4_000, 100)], [(5_000, 50)], snapshot=True))
    assert deltas == [(Outcome.YES, 4_000, 100), (Outcome.NO, 5_000, 50)]
    deltas, _ = listing.change(change(2, [(4_000, 60), (4_100, 5)], []))
    assert deltas == [(Outcome.YES, 4_000, -40), (Outcome.YES, 4_100, 5)]
    deltas, _ = listing.change(change(3, [(5_200, 10)], [(5_000, 0)]))
    assert [delta for _, _, delta in deltas] == [-50, 10]
    deltas, _ = listing.change(change(4, [(4_000, 60)], [], snapshot=True))
    assert sorted(deltas) == [(Outcome.YES, 4_100, -5), (Outcome.YES, 5_200, -10)]
    assert listing.shown[Outcome.YES] == {4_000: 60}


def test_trades_count_and_the_end_is_taken_over():
    listing = Listing(up_down(TICKER, Nanos(0), Nanos(900 * 10**9)))
    listing.trade(
        MarketTrade(
            at=Nanos(1),
            occurred_at=Nanos(1),
            ticker=TICKER,
            trade_id="1",
            price=Price(4_000),
            count=Count(30),
            taker_outcome="yes",
        )
    )
    assert (listing.volume, listing.trades[-1].price) == (30, 4_000)
    end = {"ticker": TICKER, "result": "yes", "settlement_value": Price(10_000)}
    listing.step(Lifecycle(at=Nanos(5), event="determined", **end))
    assert (listing.market.status, listing.market.result) == (MarketStatus.DETERMINED, "yes")
    listing.step(Lifecycle(at=Nanos(6), event="settled", **end))
    assert (listing.market.status, listing.settled_at) == (MarketStatus.FINALIZED, 6)
    assert not listing.tradable
