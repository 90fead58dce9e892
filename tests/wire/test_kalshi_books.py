import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_desk.domain.inputs import BookChanged, BookLost
from kalshi_desk.domain.units import Count, Nanos, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.kalshi_books import KalshiBooks
from kalshi_desk.wire.kalshi_ws import BookSnapshot, Frame, parse_frame
from tests.wire import frames, recorded

START = Nanos.parse("2026-11-21T14:30:12Z")


def at(s):
    return Nanos(START + round(s * 1e9))


def level(price, count):
    return Price.parse(price), Count.parse(count)


def snapshot(seq, ticker="A", yes=(("0.40", "10"),), no=(("0.50", "5"),), sid=1):
    body = BookSnapshot(ticker, tuple(level(*x) for x in yes), tuple(level(*x) for x in no))
    return Frame("orderbook_snapshot", body, sid, seq)


def delta(seq, price, size, side="yes", ts=1.0, ticker="A", sid=1):
    msg = {"market_ticker": ticker, "price_dollars": price, "delta_fp": size, "side": side,
           "ts_ms": at(ts) // 1_000_000}  # fmt: skip
    return parse_frame(frames.kalshi("orderbook_delta", msg, sid=sid, seq=seq))


def asked(news):
    return [(c.params["sids"], c.params["action"], c.params["market_tickers"]) for c in news.commands]


@pytest.fixture
def books():
    return KalshiBooks()


def test_snapshot_then_a_change_set(books):
    (whole,) = books.take(snapshot(1), at(0)).messages
    assert (whole.version, whole.snapshot, whole.yes, whole.no) == (
        1, True, (level("0.40", "10"),), (level("0.50", "5"),),
    )  # fmt: skip
    assert books.take(delta(2, "0.40", "-10.00"), at(1)).messages == []
    assert books.take(delta(3, "0.41", "4.00"), at(1.1)).messages == []
    (change,) = books.flush(at(1.2)).messages
    assert change == BookChanged(
        at=at(1.1), occurred_at=at(1), ticker="A", version=2, snapshot=False,
        yes=(level("0.40", "0"), level("0.41", "4")), no=(),
    )  # fmt: skip


def test_another_millisecond_or_market_ends_the_change_set(books):
    books.take(snapshot(1), at(0))
    books.take(snapshot(2, "B"), at(0))
    books.take(delta(3, "0.40", "1.00", ts=1.000), at(1))
    (first,) = books.take(delta(4, "0.40", "1.00", ts=1.001), at(1)).messages
    (second,) = books.take(delta(5, "0.40", "1.00", ts=1.001, ticker="B"), at(1)).messages
    (third,) = books.flush(at(1)).messages
    assert [(m.ticker, m.version, m.yes[0][1]) for m in (first, second, third)] == [
        ("A", 2, Count.parse("11")), ("A", 3, Count.parse("12")), ("B", 2, Count.parse("11")),
    ]  # fmt: skip


@pytest.mark.parametrize("seq", [4, 1, 0])
def test_a_gap_or_a_step_back_loses_every_book_of_the_subscription(books, seq):
    books.take(snapshot(1), at(0))
    books.take(snapshot(2, "B"), at(0))
    books.take(snapshot(1, "C", sid=2), at(0))
    news = books.take(delta(seq, "0.40", "1.00"), at(1))
    assert news.messages == [BookLost(at=at(1), ticker=t, reason="gap") for t in "AB"]
    assert asked(news) == [([1], "get_snapshot", ["A", "B"])]
    assert books.take(delta(2, "0.40", "1.00", ticker="C", sid=2), at(1)).messages == []
    assert [m.ticker for m in books.flush(at(1)).messages] == ["C"]


def test_after_a_gap_a_snapshot_heals_and_the_version_goes_on(books):
    books.take(snapshot(1), at(0))
    books.take(delta(5, "0.40", "1.00"), at(1))
    assert books.take(delta(6, "0.40", "1.00"), at(1.5)).messages == []
    (whole,) = books.take(snapshot(7, yes=()), at(2)).messages
    assert (whole.version, whole.snapshot, whole.yes) == (2, True, ())
    books.take(delta(8, "0.30", "1.00"), at(3))
    assert [m.version for m in books.flush(at(3)).messages] == [3]


def test_a_stream_that_starts_in_the_middle_is_gapped(books):
    news = books.take(delta(500, "0.40", "1.00"), at(0))
    assert news.messages == []
    assert asked(news) == [([1], "get_snapshot", ["A"])]


def test_a_lost_book_is_asked_for_again_after_five_seconds(books):
    books.take(snapshot(1), at(0))
    books.take(delta(3, "0.40", "1.00"), at(1))
    assert books.flush(at(3)).commands == []
    assert asked(books.flush(at(6.5))) == [([1], "get_snapshot", ["A"])]
    assert books.flush(at(7.6)).commands == []


def test_acknowledgements_count_in_the_sequence(books):
    books.take(parse_frame(frames.SUBSCRIBED), at(0))
    books.take(snapshot(1, sid=2), at(0))
    books.take(delta(2, "0.40", "1.00", sid=2), at(1))
    assert books.take(parse_frame(frames.OK), at(1)).messages == []
    news = books.take(delta(4, "0.40", "1.00", sid=2), at(1))
    assert (news.messages, news.commands) == ([], [])
    missed = books.take(parse_frame('{"type": "ok", "sid": 2, "seq": 6}'), at(2))
    assert [m.reason for m in missed.messages if isinstance(m, BookLost)] == ["gap"]


def test_frames_of_other_subscriptions_are_none_of_its_business(books):
    books.take(snapshot(1), at(0))
    news = books.take(parse_frame(frames.TRADE), at(1))
    assert (news.messages, news.commands) == ([], [])


def test_a_negative_level_loses_the_book(books):
    books.take(snapshot(1), at(0))
    books.take(delta(2, "0.41", "1.00"), at(1))
    news = books.take(delta(3, "0.40", "-10.01"), at(1))
    assert news.messages == [BookLost(at=at(1), ticker="A", reason="bad_level")]
    assert asked(news) == [([1], "get_snapshot", ["A"])]
    assert books.flush(at(1)).messages == []


@pytest.mark.parametrize("price", ["0", "1", "1.5"])
def test_a_snapshot_with_an_impossible_level(books, price):
    news = books.take(snapshot(1, yes=((price, "1"),)), at(0))
    assert news.messages == [BookLost(at=at(0), ticker="A", reason="bad_level")]
    assert asked(news) == [([1], "get_snapshot", ["A"])]


def test_a_crossed_book_is_lost_at_the_end_of_its_change_set(books):
    books.take(snapshot(1), at(0))
    books.take(delta(2, "0.60", "1.00"), at(1))
    assert books.take(delta(3, "0.50", "-5.00", side="no"), at(1)).messages == []
    assert [m.version for m in books.flush(at(1)).messages] == [2]
    books.take(delta(4, "0.41", "1.00", side="no", ts=2), at(2))
    news = books.flush(at(2))
    assert news.messages == [BookLost(at=at(2), ticker="A", reason="crossed")]
    assert asked(news) == [([1], "get_snapshot", ["A"])]


def test_a_whole_book_is_repeated_every_thirty_seconds(books):
    books.take(snapshot(1), at(0))
    books.take(delta(2, "0.41", "1.00"), at(1))
    books.flush(at(1))
    assert books.flush(at(29.9)).messages == []
    (whole,) = books.flush(at(31)).messages
    assert (whole.version, whole.snapshot, whole.occurred_at) == (3, True, at(1))
    assert whole.yes == (level("0.41", "1"), level("0.40", "10"))


def test_a_broken_connection_loses_all_and_the_next_one_heals(books):
    books.take(snapshot(1), at(0))
    books.take(delta(2, "0.41", "1.00"), at(1))
    news = books.disconnected(at(2), "disconnected")
    assert news.messages == [BookLost(at=at(2), ticker="A", reason="disconnected")]
    assert news.commands == []
    assert books.flush(at(20)).commands == []
    (whole,) = books.take(snapshot(1, sid=9), at(21)).messages
    assert whole.version == 2
    assert whole.snapshot


def test_a_new_connection_has_five_seconds_to_send_its_snapshots(books):
    books.take(snapshot(1), at(0))
    books.disconnected(at(2), "disconnected")
    books.take(parse_frame(frames.SUBSCRIBED.replace('"sid": 2', '"sid": 1')), at(3))
    assert books.flush(at(4)).commands == []
    assert asked(books.flush(at(8))) == [([1], "get_snapshot", ["A"])]


def test_a_forgotten_market_is_gone(books):
    books.take(snapshot(1), at(0))
    books.take(delta(2, "0.41", "1.00"), at(1))
    books.forget("A")
    assert books.flush(at(40)).messages == []


def test_a_book_frame_without_numbers_is_a_parse_error(books):
    with pytest.raises(ParseError):
        books.take(parse_frame(json.dumps({"type": "orderbook_snapshot", "msg": {"market_ticker": "A"}})), at(0))


steps = st.tuples(
    st.sampled_from(["0.10", "0.20", "0.30"]), st.sampled_from(["yes", "no"]), st.integers(-300, 500),
    st.integers(0, 2), st.sampled_from(["A", "B"]),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(steps, max_size=40))
def test_the_messages_rebuild_the_book_that_a_plain_table_holds(moves):
    books, plain, seen = KalshiBooks(), {"A": {}, "B": {}}, {"A": {}, "B": {}}
    messages = [*books.take(snapshot(1, "A", (), ()), at(0)).messages]
    messages += books.take(snapshot(2, "B", (), ()), at(0)).messages
    seq, ms = 2, 0
    for price, side, size, later, ticker in moves:
        key = side, Price.parse(price)
        if plain[ticker].get(key, 0) + size < 0:
            continue
        seq, ms = seq + 1, ms + later
        plain[ticker][key] = plain[ticker].get(key, 0) + size
        messages += books.take(delta(seq, price, str(Count(size)), side, ms / 1000, ticker), at(ms / 1000)).messages
    messages += books.flush(at(1)).messages
    versions = {"A": 0, "B": 0}
    for message in messages:
        versions[message.ticker] += 1
        assert message.version == versions[message.ticker]
        for side, levels in (("yes", message.yes), ("no", message.no)):
            seen[message.ticker].update({(side, price): count for price, count in levels})
    for ticker, levels in plain.items():
        assert {k: v for k, v in seen[ticker].items() if v} == {k: v for k, v in levels.items() if v}


def test_a_recorded_session_has_no_gap(recordings_dir):
    folder = recordings_dir / "kalshi_ws_raw_2026-05"
    kinds = ("orderbook_snapshot", "orderbook_delta")
    lines = [json.loads(line) for kind in kinds for line in recorded.lines(folder / f"{kind}.ndjson.zst")]
    lines.sort(key=lambda line: (line["local_recv_ns"], line["sequence_number"]))
    books, lost, changes = KalshiBooks(), [], 0
    for line in lines[:30_000]:
        body = json.dumps(line["payload_json"])
        text = f'{{"type": "{line["event_type"]}", "sid": 2, "seq": {line["sequence_number"]}, "msg": {body}}}'
        for message in books.take(parse_frame(text), Nanos(line["local_recv_ns"])).messages:
            changes += isinstance(message, BookChanged)
            lost += [message] if isinstance(message, BookLost) else []
    assert lost == []
    assert changes > 5_000
