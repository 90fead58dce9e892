import json

import pytest

from kalshi_desk.errors import ParseError
from kalshi_desk.wire import coinbase
from kalshi_desk.wire.spot import NOTHING, Numbered
from tests.wire import recorded
from tests.wire import spot_frames as frames
from tests.wire.spot_cases import AT, assert_only_parse_errors, trade

SYMBOLS = {"BTC-USD": "BTC"}


def test_subscription():
    (text,) = coinbase.subscription([coinbase.symbol("BTC")])
    assert json.loads(text) == {
        "type": "subscribe", "product_ids": ["BTC-USD"], "channels": ["matches", "heartbeat"],
    }  # fmt: skip


def test_match():
    news = coinbase.parse(frames.COINBASE_MATCH, SYMBOLS, AT)
    assert news.trades == (trade("coinbase", "912345678", "91240.11", "0.002", "2026-11-21T14:30:00.101Z"),)
    assert news.numbers == (Numbered("BTC-USD", 912345678),)


def test_heartbeat_and_last_match_only_tell_the_last_number():
    for text in (frames.COINBASE_HEARTBEAT, frames.COINBASE_LAST):
        news = coinbase.parse(text, SYMBOLS, AT)
        assert (news.trades, news.numbers) == ((), (Numbered("BTC-USD", 912345678, taken=False),))


def test_subscriptions_are_silent():
    assert coinbase.parse(frames.COINBASE_SUBSCRIPTIONS, SYMBOLS, AT) == NOTHING


@pytest.mark.parametrize(
    "text",
    [
        frames.COINBASE_MATCH.replace("BTC-USD", "DOGE-USD"),
        frames.COINBASE_MATCH.replace('"91240.11"', '"0"'),
        frames.COINBASE_MATCH.replace('"price":"91240.11",', ""),
        '{"type":"error","message":"slow","reason":"reader"}',
    ],
)
def test_wrong_frames(text):
    with pytest.raises(ParseError):
        coinbase.parse(text, SYMBOLS, AT)


def test_fuzz():
    assert_only_parse_errors(coinbase.parse, frames.COINBASE, SYMBOLS)


def test_recorded_matches(recordings_dir):
    seen = 0
    for line in recorded.lines(recordings_dir / "exchange_ws_raw_2021" / "COINBASE.ws.28.0.txt.zst"):
        text = line.partition(": ")[2]
        if text.startswith('{"type":"match"'):
            name = json.loads(text)["product_id"]
            seen += len(coinbase.parse(text, {name: name}, AT).trades)
    assert seen > 0
