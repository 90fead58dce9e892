import json

import pytest

from kalshi_desk.errors import ParseError
from kalshi_desk.wire import kraken
from kalshi_desk.wire.spot import NOTHING, Numbered
from tests.wire import spot_frames as frames
from tests.wire.spot_cases import AT, assert_only_parse_errors, trade

SYMBOLS = {"BTC/USD": "BTC", "ETH/USD": "ETH"}


def test_subscription():
    (text,) = kraken.subscription([kraken.symbol("BTC")])
    assert json.loads(text)["params"] == {"channel": "trade", "symbol": ["BTC/USD"], "snapshot": False}


def test_numbers_are_read_by_their_digits():
    news = kraken.parse(frames.KRAKEN_TRADE, SYMBOLS, AT)
    assert news.trades == (
        trade("kraken", "81234567", "91240.1", "0.015", "2026-11-21T14:30:00.118731Z"),
        trade("kraken", "7", "3012", "0.00125", "2026-11-21T14:30:00.118732Z", "ETH"),
    )
    assert news.numbers == (Numbered("BTC/USD", 81234567), Numbered("ETH/USD", 7))


@pytest.mark.parametrize("text", [frames.KRAKEN_HEARTBEAT, frames.KRAKEN_STATUS, frames.KRAKEN_REPLY])
def test_silent_frames(text):
    assert kraken.parse(text, SYMBOLS, AT) == NOTHING


@pytest.mark.parametrize(
    "text",
    [
        frames.KRAKEN_REPLY.replace("true", "false", 1),
        frames.KRAKEN_TRADE.replace('"trade"', '"book"'),
        frames.KRAKEN_TRADE.replace("BTC/USD", "DOGE/USD"),
        frames.KRAKEN_TRADE.replace("91240.1", "-1"),
        '{"error":"Currency pair not supported"}',
    ],
)
def test_wrong_frames(text):
    with pytest.raises(ParseError):
        kraken.parse(text, SYMBOLS, AT)


def test_fuzz():
    assert_only_parse_errors(kraken.parse, frames.KRAKEN, SYMBOLS)
