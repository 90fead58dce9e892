import pytest

from kalshi_desk.errors import ParseError
from kalshi_desk.wire import gemini
from kalshi_desk.wire.spot import Numbered
from tests.wire import spot_frames as frames
from tests.wire.spot_cases import AT, assert_only_parse_errors, trade

SYMBOLS = {gemini.symbol("BTC"): "BTC"}


def test_trade_among_changes():
    news = gemini.parse(frames.GEMINI_TRADE, SYMBOLS, AT)
    assert news.trades == (trade("gemini", "5", "91240.5", "0.25", "2026-11-21T14:30:00.596Z"),)
    assert news.numbers == (Numbered("btcusd", 3),)


def test_heartbeats_are_numbered():
    news = gemini.parse(frames.GEMINI_HEARTBEAT, SYMBOLS, AT)
    assert (news.trades, news.numbers) == ((), (Numbered("btcusd", 4),))


@pytest.mark.parametrize(
    "text",
    [
        frames.GEMINI_TRADE.replace('"tid":5,', ""),
        frames.GEMINI_TRADE.replace('"timestampms":1795271400596,', ""),
        frames.GEMINI_TRADE.replace('"update"', '"l2_updates"'),
        frames.GEMINI_TRADE.replace('"amount":"0.25"', '"amount":"0"'),
        frames.GEMINI_TRADE.replace('"socket_sequence":3,', ""),
    ],
)
def test_wrong_frames(text):
    with pytest.raises(ParseError):
        gemini.parse(text, SYMBOLS, AT)


def test_fuzz():
    assert_only_parse_errors(gemini.parse, frames.GEMINI, SYMBOLS)
