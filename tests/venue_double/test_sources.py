import pytest

from kalshi_desk.domain.inputs import BookChanged, Lifecycle, MarketDefined, SpotTrade
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.errors import SettingsError
from kalshi_desk.venue_double.sources import RecordingSource, SyntheticSource
from tests.recordings.conftest import FIRST, at, delta, market, snapshot, write

START = Nanos.parse("2026-11-21T14:07:03Z")


def test_a_synthetic_market_goes_on_after_a_restart():
    whole, first = SyntheticSource(7), SyntheticSource(7)
    list(whole.start(START, None))
    expected = [encode(message) for message in whole.take(Nanos(START + 6 * NANOS))]
    list(first.start(START, None))
    told = [encode(message) for message in first.take(Nanos(START + 2 * NANOS))]
    second = SyntheticSource(7)
    standing = list(second.start(Nanos(START + 3 * NANOS), first.save()))
    assert {type(message) for message in standing} == {MarketDefined, BookChanged}
    rest = [encode(message) for message in second.take(Nanos(START + 6 * NANOS))]
    assert told == expected[: len(told)]
    assert rest == expected[len(expected) - len(rest) :]
    assert not second.ended


def test_what_ends_while_the_venue_is_down_is_told_when_it_is_back():
    before, after = Nanos.parse("2026-11-21T14:59:30Z"), Nanos.parse("2026-11-21T15:07:00Z")
    first, second = SyntheticSource(7), SyntheticSource(7)
    list(first.start(before, None))
    told = list(second.start(after, first.save()))
    hourly = {message.market.ticker for message in told if isinstance(message, MarketDefined)}
    ended = {ticker for ticker in hourly if ticker.startswith(("KXBTCD-26NOV2110-", "KXETHD-26NOV2110-"))}
    steps = [(message.ticker, message.event) for message in told if isinstance(message, Lifecycle)]
    assert len(ended) == 10
    assert {(ticker, event) for ticker in ended for event in ("determined", "settled")} <= set(steps)
    assert len(steps) == len(set(steps))
    assert not ended & {m.market.ticker for m in second.market.standing() if isinstance(m, MarketDefined)}


def test_a_synthetic_account_begins_with_the_running_quarter_hour():
    assert SyntheticSource(7).first_instant(START) == Nanos.parse("2026-11-21T14:00:00Z")
    assert SyntheticSource(7).first_instant(Nanos.parse("2026-11-21T14:15:00Z")) == Nanos.parse("2026-11-21T14:15:00Z")


def test_a_recording_plays_from_its_start_and_ends(tmp_path):
    folder = write(
        tmp_path / "small", markets=[market(FIRST, 0)], snapshots=[snapshot(1, [], [])],
        deltas=[delta(10, "yes", 4_000, 100, 2)], trades=[(5, 80_000.0), (100, 80_001.0)],
    )  # fmt: skip
    source = RecordingSource(folder)
    assert (source.account, source.first_instant(START)) == ("sim:recording:small", at(5))
    list(source.start(at(5), None))
    assert [type(m) for m in source.take(at(50)) if not isinstance(m, MarketDefined)] == [BookChanged] * 2
    assert not source.ended
    assert SpotTrade in {type(message) for message in source.take(at(2_000))}
    assert source.ended
    assert len(source.silences) == 1


def test_a_recording_that_is_over_or_empty_is_refused(tmp_path):
    folder = write(tmp_path / "a", markets=[market(FIRST, 0)], trades=[(5, 1.0)])
    with pytest.raises(SettingsError, match="ends at"):
        RecordingSource(folder, play_from=at(100))
    with pytest.raises(SettingsError, match="no rows"):
        RecordingSource(write(tmp_path / "b", markets=[market(FIRST, 0)]))


def test_a_market_that_has_not_begun_is_told():
    with pytest.raises(SettingsError):
        SyntheticSource(1).save()
