import msgspec

from kalshi_desk.adapters.kalshi.rest import open_rest
from kalshi_desk.clock import wall_now
from kalshi_desk.venue_double.sources import SyntheticSource
from kalshi_desk.wire.kalshi_markets import fee_schedule, parse_milestone_object
from tests.venue_double.clients import ROOT, call


async def test_the_desk_s_adapter_discovers_everything(start, reader):
    running = await start(speed=10)
    async with open_rest(running.rest, reader, wall=wall_now) as rest:
        assert (await rest.reads.status()).trading_active
        open_now = await rest.reads.markets({"status": "open", "series_ticker": "KXBTC15M"})
        coming = await rest.reads.markets({"status": "unopened", "series_ticker": "KXBTC15M"})
        assert len(open_now) == 1
        assert len(coming) == 3
        (market,) = open_now
        assert (await rest.reads.market(market.ticker)).ticker == market.ticker
        event = await rest.reads.event(market.event_ticker)
        assert event.series_ticker == "KXBTC15M"
        series = await rest.reads.series("KXBTC15M")
        assert fee_schedule(series, event).fee_type == "quadratic"
        nested = await rest.reads.events({"with_nested_markets": "true", "status": "open"})
        assert all(one.markets for one in nested)
        (book,) = await rest.reads.books([market.ticker])
        assert book.ticker == market.ticker
        assert await rest.reads.book(market.ticker) is not None
        assert isinstance(await rest.reads.trades({"ticker": market.ticker}), list)
        assert b"KXETHD" in await rest.reads.series_list()


async def test_milestones_are_told_of_forecast_events_with_their_listing_or_alone(start, reader):
    running = await start(SyntheticSource(7, forecast_markets=20))
    listed = (await call(running, reader, "GET", f"{ROOT}/events?with_milestones=true&status=open"))[1]
    tickers = {one["event_ticker"] for one in listed["events"] if one["category"] != "Crypto"}
    bodies = [parse_milestone_object(msgspec.json.encode(one)) for one in listed["milestones"]]
    assert {event for body in bodies for event in body.events} == tickers
    assert all("publishes" in body.title and body.type == "publication" for body in bodies)
    assert "milestones" not in (await call(running, reader, "GET", f"{ROOT}/events?status=open"))[1]
    one = bodies[0].events[0]
    alone = (await call(running, reader, "GET", f"{ROOT}/milestones?limit=5&related_event_ticker={one}"))[1]
    assert [each["primary_event_tickers"] for each in alone["milestones"]] == [[one]]
    for wrong in ("", "?limit=0", "?limit=501"):
        assert (await call(running, reader, "GET", f"{ROOT}/milestones{wrong}"))[0] == 400


async def test_filters_and_their_refusals(start, reader):
    running = await start()
    for path, status in (
        ("/markets?limit=5000", 400),
        ("/markets?status=new", 400),
        ("/markets/NOPE", 404),
        ("/events/NOPE", 404),
        ("/series/NOPE", 404),
        ("/markets/orderbooks", 400),
        ("/markets?tickers=NOPE", 200),
        ("/series/fee_changes", 200),
        ("/events/fee_changes", 200),
    ):
        assert (await call(running, reader, "GET", f"{ROOT}{path}"))[0] == status, path
    first = (await call(running, reader, "GET", f"{ROOT}/markets?limit=2"))[1]
    second = (await call(running, reader, "GET", f"{ROOT}/markets?limit=2&cursor={first['cursor']}"))[1]
    assert not {one["ticker"] for one in first["markets"]} & {one["ticker"] for one in second["markets"]}
