import pytest

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.inputs import FeedAlive, IndexValue
from kalshi_desk.domain.limits import InputLimits
from kalshi_desk.domain.units import Nanos
from kalshi_desk.page import health
from tests.page import facts as f
from tests.page import sample


def found(**changes):
    return health.findings(f.facts(**changes), InputLimits())


def test_good_health_is_one_sentence():
    assert found() == []
    assert health.sentence([]).startswith("All is well")
    assert health.worst([]) == "fine"


@pytest.mark.parametrize(
    ("beats", "level", "words"),
    [
        ({"recorder": ("ready", 74.0)}, "warning", "recorder has been silent for 74 s"),
        ({"order_execution": ("ready", 20.0)}, "critical", "order_execution has been silent"),
        ({"portfolio": None}, "warning", "portfolio has not started"),
        ({"portfolio": ("starting", 1.0)}, "note", "portfolio is starting"),
    ],
)
def test_processes(beats, level, words):
    (finding,) = found(tables=f.tables(heartbeats=f.heartbeats(**beats)))
    assert (finding.level, words in finding.text) == (level, True)
    assert ".desk/logs/" in finding.remedy


def test_what_does_not_answer_comes_first():
    faults = found(tables_fault="connection refused", tables=f.tables(heartbeats=f.heartbeats(recorder=None)))
    assert [finding.level for finding in faults] == ["critical", "warning"]
    assert "Postgres does not answer" in health.sentence(faults)
    assert "(1 more below)" in health.sentence(faults)
    assert "Kafka does not answer" in health.sentence(found(topics_fault="x", topics_read=False))


def test_a_silent_feed():
    later = Nanos(sample.NOW + 16 * 10**9)
    texts = [finding.text for finding in found(now=later)]
    assert texts == ["Kalshi's feed is silent.", "No fresh price of BTC.", "No fresh price of ETH."]
    assert found(live=f.live(FeedAlive, *(type(m) for m in sample.messages() if "Book" in type(m).__name__)))


def test_trades_stand_in_where_there_is_no_index():
    assert found(live=f.live(IndexValue)) == []


def test_dead_letters_and_switches_are_notes():
    live = f.live()
    live.apply(sample.PAUSE)
    row = {"count": 2, "observed_at": sample.NOW.datetime(), "latest": "app: ParseError x"}
    notes = found(live=live, tables=f.tables(dead_letters=row))
    assert [finding.level for finding in notes] == ["note", "note"]
    assert "paused (crypto, by page)" in notes[0].text
    assert "2 messages" in notes[1].text
    assert health.worst(notes) == "fine"


def switch(name, scope="both", **changes):
    return Switch(**{"at": sample.NOW, "name": name, "scope": scope, "on": True, "by": "cli", "reason": "r"} | changes)


@pytest.mark.parametrize(
    ("switches", "name"),
    [
        ([], "trading"),
        ([switch("pause")], "paused"),
        ([switch("pause"), switch("halt")], "halted"),
        ([switch("flatten")], "flattening"),
        ([switch("pause", until=sample.NOW)], "trading"),
        ([switch("pause", on=False)], "trading"),
        ([switch("pause", "forecast")], "paused"),
    ],
)
def test_desk_state(switches, name):
    live = f.live()
    for each in switches:
        live.apply(each)
    assert health.desk_state(f.facts(live=live)).name == name


def test_a_desk_without_its_door_is_stopped_and_an_unread_one_unknown():
    silent = f.tables(heartbeats=f.heartbeats(order_execution=("ready", 60.0)))
    assert health.desk_state(f.facts(tables=silent)).name == "stopped"
    assert health.desk_state(f.facts(tables=None)).name == "stopped"
    assert health.desk_state(f.facts(topics_read=False)).name == "unknown"


@pytest.mark.parametrize(
    ("minutes", "speed", "told"),
    [(14, 1.0, False), (16, 1.0, True), (16, 10.0, False), (59, 10.0, False), (61, 10.0, True), (61, 60.0, False)],
)
def test_a_dead_scheduler_shows_by_the_age_of_the_watch_list(minutes, speed, told):
    listed = Nanos(sample.NOW - minutes * 60 * 10**9)
    findings = health.batch(f.facts(speed=speed, tables=f.tables(listed_at=listed)))
    assert [finding.level for finding in findings] == ["warning"] * told


def test_before_the_first_watch_list_the_age_is_the_accounts():
    assert "for 60 minutes" in health.batch(f.facts(tables=f.tables(account=f.account())))[0].text


@pytest.mark.parametrize("listed", [None, Nanos(sample.NOW - 86_400 * 10**9)])
def test_a_desk_that_was_started_just_now_is_not_called_silent(listed):
    for up_s, told in ((599.0, False), (601.0, True)):
        tables = f.tables(account=f.account(up_s=up_s), listed_at=listed)
        assert bool(health.batch(f.facts(speed=10.0, tables=tables, now=Nanos(sample.NOW + 3_600 * 10**9)))) == told


def test_a_failed_data_check_says_what_waits():
    row = {"suite": "snapshots", "expectation": "an ask is not below its bid"}
    (finding,) = found(tables=f.tables(failed_checks=[row]))
    assert (finding.level, finding.text) == ("warning", "A data check fails: snapshots: an ask is not below its bid.")
    assert "/data-docs/" in finding.remedy
