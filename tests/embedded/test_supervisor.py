import os
import signal
import time

import psutil
import pytest

from kalshi_desk.embedded import strays
from kalshi_desk.embedded.programs import Program
from kalshi_desk.embedded.supervisor import Supervisor

SLEEPER = Program("sleeper", ("sleep", "600"))


@pytest.fixture
def supervisor(place):
    made = Supervisor(place)
    made.start([SLEEPER])
    try:
        yield made
    finally:
        if made.running():
            made.shut_down()
        strays.sweep(place)


def pid_of(supervisor, name="sleeper", other_than=0):
    for _ in range(600):
        pid = supervisor.states()[name]["pid"]
        # until it has become the program it is still a copy of the supervisor, with the supervisor's environment
        if pid and pid != other_than and psutil.Process(pid).cmdline()[:1] == ["sleep"]:
            return pid
        time.sleep(0.05)
    raise AssertionError(f"{name} does not run")


@pytest.mark.embedded
def test_programs_start_on_demand_and_come_back_after_a_kill(supervisor):
    assert supervisor.states()["sleeper"]["statename"] == "STOPPED"
    supervisor.start_program("sleeper")
    first = pid_of(supervisor)
    os.kill(first, signal.SIGKILL)
    assert pid_of(supervisor, other_than=first) != first
    supervisor.stop_programs(["sleeper"])
    assert supervisor.states()["sleeper"]["statename"] == "STOPPED"


@pytest.mark.embedded
def test_a_second_start_restarts_only_what_changed(supervisor):
    supervisor.start([SLEEPER, Program("other", ("sleep", "600"))])
    supervisor.start_program("sleeper")
    supervisor.start_program("other")
    kept, changed = pid_of(supervisor), pid_of(supervisor, "other")
    supervisor.start([SLEEPER, Program("other", ("sleep", "600"), revision="2")])
    assert supervisor.states()["sleeper"]["pid"] == kept
    assert not psutil.pid_exists(changed)
    supervisor.start([SLEEPER])
    assert list(supervisor.states()) == ["sleeper"]


@pytest.mark.embedded
def test_settings_in_the_environment_do_not_reach_programs(place, monkeypatch):
    monkeypatch.setenv("SPEED", "10")
    supervisor = Supervisor(place)
    supervisor.start([SLEEPER])
    try:
        supervisor.start_program("sleeper")
        environment = psutil.Process(pid_of(supervisor)).environ()
        assert "SPEED" not in environment
        assert environment["KALSHI_DESK_STATE"] == str(place.home)
    finally:
        supervisor.shut_down()
    assert strays.left(place) == []


@pytest.mark.embedded
def test_children_of_a_killed_supervisor_are_swept(supervisor, place):
    supervisor.start_program("sleeper")
    orphan = pid_of(supervisor)
    assert strays.sweep(place, supervisor.pid()) == 0
    os.kill(supervisor.pid(), signal.SIGKILL)
    time.sleep(0.2)
    assert psutil.pid_exists(orphan)
    assert strays.sweep(place) == 1
    assert not psutil.pid_exists(orphan)
