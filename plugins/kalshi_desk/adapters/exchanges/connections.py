"""The spot exchanges: which sockets to open, what to say on them, how to read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import SettingsError
from kalshi_desk.wire import binance, bitstamp, coinbase, gemini, kraken
from kalshi_desk.wire.spot import SpotNews

Parse = Callable[[str, Mapping[str, str], Nanos], SpotNews]

PUBLIC_URLS = MappingProxyType(
    {
        "coinbase": "wss://ws-feed.exchange.coinbase.com",
        "kraken": "wss://ws.kraken.com/v2",
        "bitstamp": "wss://ws.bitstamp.net",
        "gemini": "wss://api.gemini.com/v1/marketdata",
        "binance": "wss://data-stream.binance.vision/ws",
    }
)


@dataclass(frozen=True)
class ExchangeSocket:
    """One socket of a venue: its address, the frames to greet it with, and its coins by the venue's symbols."""

    venue: str
    url: str
    greeting: tuple[str, ...]
    symbols: Mapping[str, str]
    reader: Parse

    def parse(self, text: str, at: Nanos) -> SpotNews:
        """Read a frame of this socket; raises ParseError."""
        return self.reader(text, self.symbols, at)


@dataclass(frozen=True)
class _Feed:
    symbol: Callable[[str], str]
    subscription: Callable[[Iterable[str]], list[str]]
    parse: Parse


_FEEDS = {
    coinbase.VENUE: _Feed(coinbase.symbol, coinbase.subscription, coinbase.parse),
    kraken.VENUE: _Feed(kraken.symbol, kraken.subscription, kraken.parse),
    bitstamp.VENUE: _Feed(bitstamp.symbol, bitstamp.subscription, bitstamp.parse),
    binance.VENUE: _Feed(binance.symbol, binance.subscription, binance.parse),
}


def exchange_sockets(venue: str, url: str, underlyings: Sequence[str]) -> list[ExchangeSocket]:
    """Return the sockets that bring the venue's trades of the coins; raises SettingsError for an unknown venue.

    Gemini needs one socket a pair, at ``<url>/<pair>``; the others one socket at ``url``.
    """
    if venue == gemini.VENUE:
        return [_gemini(url, coin) for coin in underlyings]
    if venue not in _FEEDS:
        raise SettingsError([f"SPOT_VENUES: unknown venue {venue}; known: {', '.join(PUBLIC_URLS)}"])
    feed = _FEEDS[venue]
    symbols = {feed.symbol(coin): coin for coin in underlyings}
    return [ExchangeSocket(venue, url, tuple(feed.subscription(symbols)), symbols, feed.parse)]


def _gemini(url: str, coin: str) -> ExchangeSocket:
    name = gemini.symbol(coin)
    return ExchangeSocket(gemini.VENUE, f"{url}/{name}?{gemini.QUERY}", (), {name: coin}, gemini.parse)
