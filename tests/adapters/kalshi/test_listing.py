import asyncio
from contextlib import aclosing

from kalshi_desk.adapters.kalshi.listing import MarketLister, WatchedListing, list_series
from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.units import PAYOUT, Count, Nanos, Price
from kalshi_desk.errors import Rejected, Retryable
from kalshi_desk.wire.decode import Multiplier
from kalshi_desk.wire.kalshi_markets import EventBody, MarketBody, SeriesBody


def market(ticker, event="E"):
    zero = Count(0)
    return MarketBody(
        ticker=ticker, event_ticker=event, status=MarketStatus.ACTIVE, open_time=Nanos(0), close_time=Nanos(1),
        settlement_timer_seconds=1, yes_bid_dollars=Price(0), yes_bid_size_fp=zero, yes_ask_dollars=PAYOUT,
        yes_ask_size_fp=zero, last_price_dollars=Price(0), volume_fp=zero, volume_24h_fp=zero, open_interest_fp=zero,
        result="", rules_primary="", rules_secondary="", price_ranges=(), expiration_value="",
    )  # fmt: skip


class Reads:
    """A venue with one market a status; ``broken`` reads of a series fail."""

    def __init__(self) -> None:
        self.asked, self.broken, self.unknown = [], set(), set()
        self.events_asked, self.series_asked = [], []

    async def series(self, ticker):
        self.series_asked.append(ticker)
        if ticker in self.unknown:
            raise Rejected("GET /series", 404, "not_found")
        if ticker in self.broken:
            raise Retryable("GET /series", None, "timeout")
        return SeriesBody(ticker, ticker, "Crypto", "hourly", "quadratic", Multiplier(10_000))

    async def markets(self, query):
        self.asked.append(query)
        if "tickers" in query:
            return [market(ticker) for ticker in query["tickers"].split(",")]
        return [market(f"{query['series_ticker']}-{query['status']}"), market("X-2", event="unheard")]

    async def events(self, query):
        self.events_asked.append(query)
        return [EventBody("E", "S", "t", True, fee_type_override="flat")]


async def test_a_series_brings_open_and_upcoming_markets_with_the_fee_in_force() -> None:
    found = {m.ticker: m for m in await list_series(Reads(), "KXBTC15M")}
    assert set(found) == {"KXBTC15M-open", "KXBTC15M-unopened", "X-2"}
    assert (found["KXBTC15M-open"].fee.fee_type, found["KXBTC15M-open"].category) == ("flat", "Crypto")
    assert found["X-2"].fee is None
    assert [found[ticker].exclusive for ticker in ("KXBTC15M-open", "X-2")] == [True, None]


async def test_markets_and_their_events_are_asked_fifty_at_a_time_and_a_series_once() -> None:
    reads = Reads()
    listing = WatchedListing(reads)
    found = await listing.markets({f"S-{n}": "S" for n in range(120)})
    assert len(found) == 120
    assert [len(query["tickers"].split(",")) for query in reads.asked] == [50, 50, 20]
    assert reads.events_asked == [{"tickers": "E"}]
    assert (found[0].fee.fee_type, reads.series_asked) == ("flat", ["S"])


async def test_series_are_asked_anew_a_few_a_round() -> None:
    reads = Reads()
    listing = WatchedListing(reads)
    wanted = {f"S{n}-1": f"S{n}" for n in range(5)}
    for _ in range(3):
        await listing.markets(wanted)
    assert reads.series_asked == ["S0", "S1", "S2", "S3", "S4", "S0", "S1", "S2", "S0", "S3", "S4"]


async def test_a_series_that_the_venue_does_not_know_spoils_no_other() -> None:
    reads = Reads()
    reads.unknown.add("GONE")
    found = await WatchedListing(reads).markets({"GONE-1": "GONE", "S-1": "S"})
    assert [m.ticker for m in found] == ["S-1"]


async def test_a_failed_listing_does_not_stop_the_others() -> None:
    reads = Reads()
    reads.broken.add("KXBTC15M")
    lister = MarketLister(reads, ["KXBTC15M", "KXETH15M"], pause_s=60)
    lister.watch("KXFED-1", "KXFED")
    lister.watch("KXETH15M-9", "KXETH15M")
    async with aclosing(lister.listings()) as listings:
        first = await anext(listings)
        second = await anext(listings)
    assert [m.series_ticker for m in first] == ["KXETH15M"] * 4
    assert [m.ticker for m in second] == ["KXFED-1"]


async def test_asking_ends_the_pause(monkeypatch) -> None:
    monkeypatch.setattr("kalshi_desk.adapters.kalshi.listing.LEAST_S", 0.0)
    lister = MarketLister(Reads(), ["KXBTC15M"], pause_s=60)
    async with aclosing(lister.listings()) as listings:
        await anext(listings)
        waiting = asyncio.ensure_future(anext(listings))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        lister.again()
        assert await asyncio.wait_for(waiting, 10)


async def test_a_dropped_market_is_listed_no_more(monkeypatch) -> None:
    reads = Reads()
    lister = MarketLister(reads, [], pause_s=60)
    lister.watch("KXFED-1", "KXFED")
    lister.drop("KXFED-1")
    lister.drop("never there")
    assert list(lister._round()) == []
