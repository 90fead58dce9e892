import msgspec
import pytest

from kalshi_desk.domain.breakers import DATA_QUALITY, HEARTBEAT, UNCOMPARED, throw
from kalshi_desk.domain.quality import SUITES
from kalshi_desk.embedded.parts import STREAM_APPS
from kalshi_desk.steps.automatic_pauses import CHECKED, FEEDS, Beat, Cause, FeedWatch, causes, changes
from tests.steps.desk import T0, later, switch

READY = [Beat("kalshi_feed", "ready", 1.0), Beat("exchange_feeds", "ready", 1.0), Beat("recorder", "ready", 1.0)]
SILENT = {"both": Cause(HEARTBEAT, "kalshi_feed is not ready for 16 s")}


def test_what_is_watched_exists():
    assert set(FEEDS) <= set(STREAM_APPS)
    assert set(CHECKED) == set(SUITES) - {"spot_trades"}


def test_a_feed_is_silent_once_it_was_not_ready_for_15_s():
    watch = FeedWatch(T0)
    assert watch.silent([], wall=later(120)) == {}
    assert set(watch.silent([], wall=later(120.001))) == {"kalshi_feed", "exchange_feeds"}
    assert watch.silent(READY, wall=later(160)) == {}
    assert watch.silent([], wall=later(174)) == {}
    starting = [Beat("kalshi_feed", "ready", 15.5), Beat("exchange_feeds", "starting", 0.1)]
    assert watch.silent(starting, wall=later(175)) == pytest.approx({"kalshi_feed": 15.5, "exchange_feeds": 16.0})
    assert watch.silent(READY, wall=later(176)) == {}


def test_each_cause_pauses_what_needs_it():
    assert causes({}, [], 4) == {}
    assert causes({"kalshi_feed": 16.2}, [], 0) == SILENT
    found = causes({"exchange_feeds": 16.0}, ["snapshots: a", "fills: b"], 0)
    assert {scope: cause.by for scope, cause in found.items()} == {"crypto": HEARTBEAT, "forecast": DATA_QUALITY}
    assert found["forecast"].reason == "a critical check failed: snapshots: a; fills: b"
    assert causes({}, [], 5) == {"both": Cause(UNCOMPARED, "ledger and venue not compared 5 times running")}
    assert len(causes({}, ["x" * 500], 0)["forecast"].reason) == 200


def after(*switches):
    table = {}
    for each in switches:
        throw(table, each)
    return table


def thrown(switches, wanted, now=T0):
    return [(s.scope, s.on, s.by) for s in changes(switches, wanted, now=now)]


def test_a_pause_begins_and_ends_by_itself():
    assert thrown({}, {}) == []
    [pause] = changes({}, SILENT, now=T0)
    assert (pause.name, pause.on, pause.until, pause.reason) == ("pause", True, None, SILENT["both"].reason)
    assert thrown(after(pause), SILENT) == []
    [over] = changes(after(pause), {}, now=later(1))
    assert (over.on, over.by, over.at) == (False, HEARTBEAT, later(1))
    assert thrown(after(pause, over), {}) == []


def test_what_others_pause_is_left_as_it_is():
    theirs = switch("pause")
    assert thrown(after(theirs), SILENT) == thrown(after(theirs), {}) == []
    daily = msgspec.structs.replace(theirs, by="breaker:max_daily_loss", until=later(60))
    assert thrown(after(daily), SILENT, later(59)) == []
    assert thrown(after(daily), SILENT, later(60)) == [("both", True, HEARTBEAT)]


def test_a_resume_before_it_is_mended_is_followed_by_the_pause():
    [pause] = changes({}, SILENT, now=T0)
    assert thrown(after(pause, switch("pause", on=False)), SILENT) == [("both", True, HEARTBEAT)]


def test_a_desks_own_pause_outlives_the_end_of_an_automatic_one():
    [pause] = changes({}, SILENT, now=T0)
    [over] = changes(after(pause), {}, now=later(1))
    table = after(switch("pause", "crypto"), pause, over)
    assert ("pause", "crypto") in table
