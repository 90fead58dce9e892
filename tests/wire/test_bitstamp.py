import json

import pytest

from kalshi_desk.errors import ParseError
from kalshi_desk.wire import bitstamp
from kalshi_desk.wire.spot import NOTHING
from tests.wire import recorded
from tests.wire import spot_frames as frames
from tests.wire.spot_cases import AT, assert_only_parse_errors, trade

SYMBOLS = {"btcusd": "BTC"}


def test_subscription():
    texts = bitstamp.subscription([bitstamp.symbol("BTC"), bitstamp.symbol("ETH")])
    assert [json.loads(text) for text in texts] == [
        {"event": "bts:subscribe", "data": {"channel": f"live_trades_{pair}"}} for pair in ("btcusd", "ethusd")
    ]


def test_trade():
    news = bitstamp.parse(frames.BITSTAMP_TRADE, SYMBOLS, AT)
    assert news.trades == (trade("bitstamp", "216000477", "91240.5", "0.0792", "2026-11-21T14:30:00.596Z"),)
    assert news.numbers == ()


def test_silent_frames_and_the_wish_to_be_reconnected():
    assert bitstamp.parse(frames.BITSTAMP_SUBSCRIBED, SYMBOLS, AT) == NOTHING
    assert bitstamp.parse(frames.BITSTAMP_HEARTBEAT, SYMBOLS, AT) == NOTHING
    assert bitstamp.parse(frames.BITSTAMP_RECONNECT, SYMBOLS, AT).reconnect


@pytest.mark.parametrize(
    "text",
    [
        frames.BITSTAMP_TRADE.replace("btcusd", "xrpusd"),
        frames.BITSTAMP_TRADE.replace('"price_str":"91240.50",', ""),
        frames.BITSTAMP_TRADE.replace("1795271400596000", "17952714005960x0"),
        frames.BITSTAMP_TRADE.replace("1795271400596000", "1795271400"),
        '{"event":"bts:error","channel":"","data":{"code":4009,"message":"Bad channel."}}',
    ],
)
def test_wrong_frames(text):
    with pytest.raises(ParseError):
        bitstamp.parse(text, SYMBOLS, AT)


def test_fuzz():
    assert_only_parse_errors(bitstamp.parse, frames.BITSTAMP, SYMBOLS)


def test_recorded_trades(recordings_dir):
    seen = 0
    for line in recorded.lines(recordings_dir / "exchange_ws_raw_2021" / "BITSTAMP.ws.1.0.txt.zst"):
        text = line.partition(": ")[2]
        if text.endswith('"event":"trade"}'):
            pair = json.loads(text)["channel"].removeprefix("live_trades_")
            seen += len(bitstamp.parse(text, {pair: pair}, AT).trades)
    assert seen > 0
