import json

import pytest

from kalshi_desk.errors import ParseError
from kalshi_desk.wire import binance
from kalshi_desk.wire.spot import NOTHING, Numbered
from tests.wire import spot_frames as frames
from tests.wire.spot_cases import AT, assert_only_parse_errors, trade

SYMBOLS = {binance.symbol("BTC"): "BTC"}


def test_subscription():
    (text,) = binance.subscription(SYMBOLS)
    assert json.loads(text) == {"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 1}


@pytest.mark.parametrize("text", [frames.BINANCE_TRADE, frames.BINANCE_WRAPPED])
def test_trade(text):
    news = binance.parse(text, SYMBOLS, AT)
    assert news.trades == (trade("binance", "5123456789", "91240.1", "0.0035", "2026-11-21T14:30:00.121Z"),)
    assert news.numbers == (Numbered("BTCUSDT", 5123456789),)


def test_reply_and_shutdown():
    assert binance.parse(frames.BINANCE_REPLY, SYMBOLS, AT) == NOTHING
    assert binance.parse(frames.BINANCE_SHUTDOWN, SYMBOLS, AT).reconnect


@pytest.mark.parametrize(
    "text",
    [
        '{"error":{"code":2,"msg":"Invalid request"},"id":1}',
        frames.BINANCE_TRADE.replace('"trade"', '"depthUpdate"'),
        frames.BINANCE_TRADE.replace("BTCUSDT", "DOGEUSDT"),
        frames.BINANCE_TRADE.replace('"p":"91240.10000000",', ""),
    ],
)
def test_wrong_frames(text):
    with pytest.raises(ParseError):
        binance.parse(text, SYMBOLS, AT)


def test_fuzz():
    assert_only_parse_errors(binance.parse, frames.BINANCE, SYMBOLS)
