import json

import pytest

from kalshi_desk.adapters.exchanges.connections import exchange_sockets
from kalshi_desk.domain.inputs import SpotTrade
from kalshi_desk.domain.units import IndexPrice, Nanos, Quantity
from kalshi_desk.venue_double.spot_feeds import PROTOCOLS, SpotClient, SpotFeeds

AT = Nanos.parse("2026-11-21T14:14:30.250Z")


def trade(venue, *, size="0.015", trade_id="7"):
    return SpotTrade(
        at=AT, occurred_at=AT, underlying="BTC", venue=venue, price=IndexPrice.parse("91240.1"),
        size=None if size is None else Quantity.parse(size), trade_id=trade_id,
    )  # fmt: skip


def subscribed(venue):
    """Return a client that greeted as the desk does, what it was told, and the desk's reader."""
    told = []
    client = SpotClient(told.append)
    (socket,) = exchange_sockets(venue, "ws://x", ["BTC"])
    for frame in socket.greeting:
        for reply in PROTOCOLS[venue].obey(client, frame):
            client.send(reply)
    if venue == "gemini":
        client.symbols["BTC"] = "btcusd"
    return client, told, socket


@pytest.mark.parametrize("venue", sorted(PROTOCOLS))
def test_a_trade_is_read_back_exactly(venue):
    client, told, socket = subscribed(venue)
    feeds = SpotFeeds()
    feeds.clients[venue].append(client)
    feeds.publish(trade(venue))
    replies = [socket.parse(frame, AT) for frame in told]
    assert [news.trades for news in replies if news.trades] == [(trade(venue),)]
    for frame in PROTOCOLS[venue].heartbeat(client, AT):
        socket.parse(frame, AT)


def test_a_size_that_was_not_recorded_is_left_out():
    client, told, socket = subscribed("coinbase")
    client.send(PROTOCOLS["coinbase"].trade(client, trade("coinbase", size=None)))
    assert "size" not in json.loads(told[-1])
    assert socket.parse(told[-1], AT).trades == (trade("coinbase", size=None),)


def test_coins_that_nobody_asked_for_are_not_told():
    told = []
    feeds = SpotFeeds()
    feeds.clients["kraken"].append(SpotClient(told.append, {"ETH": "ETH/USD"}))
    feeds.publish(trade("kraken"))
    assert not told
