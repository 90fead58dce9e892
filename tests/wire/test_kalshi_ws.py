import contextlib

import pytest
from hypothesis import given, settings

from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.units import Cash, Count, IndexPrice, Nanos, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.wire import kalshi_ws as ws
from kalshi_desk.wire.decode import Multiplier
from tests.wire import frames
from tests.wire.mangle import mangled

AT = Nanos.parse("2026-11-21T14:30:12.399Z")


def P(text):
    return Price.parse(text)


def C(text):
    return Count.parse(text)


def test_snapshot():
    frame = ws.parse_frame(frames.SNAPSHOT)
    assert (frame.type, frame.sid, frame.seq) == ("orderbook_snapshot", 2, 1)
    assert frame.body == ws.BookSnapshot(
        frames.TICKER, ((P("0.41"), C("20")), (P("0.42"), C("7.5"))), ((P("0.56"), C("15")),)
    )


def test_snapshot_without_a_side_is_empty_there():
    body = ws.parse_frame(frames.kalshi("orderbook_snapshot", {"market_ticker": "A"}, sid=1, seq=1)).body
    assert body == ws.BookSnapshot("A", (), ())


def test_delta():
    body = ws.parse_frame(frames.DELTA).body
    assert body == ws.BookDelta(frames.TICKER, P("0.42"), C("-2.5"), Outcome.YES, AT)


def test_ticker():
    body = ws.parse_frame(frames.TICK).body
    assert (body.yes_bid_dollars, body.yes_ask_dollars, body.volume_fp) == (P("0.42"), P("0.44"), C("1200.25"))


def test_trade():
    body = ws.parse_frame(frames.TRADE).body
    assert body == ws.PublicTrade("t-1", frames.TICKER, P("0.42"), C("2.5"), Outcome.NO, AT)


def test_fill():
    body = ws.parse_frame(frames.FILL).body
    assert body.fee_cost == Cash.parse("0.0858")
    assert (body.outcome_side, body.book_side, body.post_position_fp) == (Outcome.NO, BookSide.ASK, C("-5"))
    assert (body.client_order_id, body.is_taker) == ("d-1", True)


def test_user_order():
    body = ws.parse_frame(frames.USER_ORDER).body
    assert (body.status, body.remaining_count_fp, body.yes_price_dollars) == ("resting", C("3"), P("0.41"))
    assert body.created_ts_ms == Nanos.parse("2026-11-21T14:30:12Z")


def test_market_position():
    body = ws.parse_frame(frames.POSITION).body
    assert (body.position_fp, body.position_cost_dollars) == (C("-5"), Cash.parse("2.15"))


def test_strike_keeps_the_digits_of_a_json_number():
    body = ws.parse_frame(frames.STRIKE).body
    assert body.floor_strike == IndexPrice.parse("3012.4567")
    assert body.event_type == "metadata_updated"


def test_determined():
    body = ws.parse_frame(frames.DETERMINED).body
    assert (body.result, body.settlement_value) == ("yes", P("1"))


def test_event_messages():
    assert ws.parse_frame(frames.EVENT).body == ws.EventListed("E", "S", "T")
    assert ws.parse_frame(frames.EVENT_FEE).body == ws.EventFeeChanged("E", "quadratic", Multiplier.parse("0.5"))


def test_index():
    body = ws.parse_frame(frames.INDEX).body
    assert body.last_60s_windowed_average_15min == ws.WindowAverage(IndexPrice.parse("91236.0175"), 45)


def test_index_fast():
    body = ws.parse_frame(frames.INDEX_FAST).body
    assert (body.index_id, body.value_usd) == ("ETHUSD_RTI", IndexPrice.parse("3012.45"))


def test_replies():
    assert ws.parse_frame(frames.SUBSCRIBED).body == ws.Subscribed("orderbook_delta", 2)
    assert ws.parse_frame(frames.OK).seq == 3
    assert isinstance(ws.parse_frame(frames.UNSUBSCRIBED).body, ws.Acknowledged)
    assert isinstance(ws.parse_frame(frames.LISTED).body, ws.Acknowledged)
    assert ws.parse_frame(frames.ERROR).body == ws.Refused(8, "Unknown channel name")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"0.4200"', "0.42"),
        ('"0.4200"', "42"),
        ('"0.4200"', '"0.42001"'),
        ('"0.4200"', "null"),
        ('"price_dollars": "0.4200", ', ""),
        ('"side": "yes"', '"side": "maybe"'),
        ("1795271412399", "1795271412"),
        ('"orderbook_delta"', '"orderbook_gamma"'),
    ],
)
def test_a_wrong_field_is_a_parse_error(old, new):
    assert old in frames.DELTA
    with pytest.raises(ParseError):
        ws.parse_frame(frames.DELTA.replace(old, new))


@settings(max_examples=400, deadline=None)
@given(mangled(frames.KALSHI))
def test_only_parse_errors_escape(text):
    with contextlib.suppress(ParseError):
        ws.parse_frame(text)
