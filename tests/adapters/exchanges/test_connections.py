import pytest

from kalshi_desk.adapters.exchanges.connections import PUBLIC_URLS, exchange_sockets
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import SettingsError
from tests.wire import spot_frames as frames

FRAMES = {
    "coinbase": frames.COINBASE_MATCH, "kraken": frames.KRAKEN_TRADE, "bitstamp": frames.BITSTAMP_TRADE,
    "gemini": frames.GEMINI_TRADE, "binance": frames.BINANCE_TRADE,
}  # fmt: skip


@pytest.mark.parametrize("venue", sorted(PUBLIC_URLS))
def test_every_venue_reads_its_frames(venue):
    sockets = exchange_sockets(venue, PUBLIC_URLS[venue], ["BTC", "ETH"])
    assert {coin for socket in sockets for coin in socket.symbols.values()} == {"BTC", "ETH"}
    assert all(socket.url.startswith(PUBLIC_URLS[venue]) for socket in sockets)
    trades = sockets[0].parse(FRAMES[venue], Nanos(1)).trades
    assert next((trade.venue, trade.underlying) for trade in trades) == (venue, "BTC")


def test_gemini_needs_a_socket_per_pair():
    sockets = exchange_sockets("gemini", "wss://x/feeds", ["BTC", "ETH"])
    assert [socket.url.split("?")[0] for socket in sockets] == ["wss://x/feeds/btcusd", "wss://x/feeds/ethusd"]
    assert all(socket.greeting == () for socket in sockets)


def test_the_others_greet_with_a_subscription():
    for venue in sorted(set(PUBLIC_URLS) - {"gemini"}):
        (socket,) = exchange_sockets(venue, "wss://x", ["BTC"])
        assert socket.url == "wss://x"
        assert socket.greeting


def test_an_unknown_venue():
    with pytest.raises(SettingsError, match="mtgox"):
        exchange_sockets("mtgox", "wss://x", ["BTC"])
