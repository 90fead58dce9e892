import os
import socket

import pytest

from kalshi_desk.embedded.free_ports import ports, require_free
from kalshi_desk.embedded.place import Place
from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import load_settings
from tests.accounts import TWO


def test_free_ports_are_no_fault(place):
    require_free(place, set())


def test_a_taken_port_is_named_with_its_holder_and_the_remedy(place):
    with socket.create_server(("127.0.0.1", place.port(2))), pytest.raises(SettingsError) as raised:
        require_free(place, set())
    (fault,) = raised.value.faults
    assert fault.startswith(f"port {place.port(2)} (for venue) is taken by ")
    assert f"(pid {os.getpid()})" in fault
    assert fault.endswith("choose another PORT_BASE")


def test_the_desks_own_running_programs_may_hold_theirs(place):
    with socket.create_server(("127.0.0.1", place.port(2))):
        require_free(place, {"venue"})


def test_what_is_not_started_needs_no_port():
    given = load_settings(_env_file=None, database_url="postgresql://x@y/z", kafka_bootstrap="k:1")
    assert not {"postgres", "kafka"} & set(ports(Place(given)))


def test_further_accounts_need_ports_too():
    wanted = ports(Place(load_settings(_env_file=None, accounts=TWO)))
    assert wanted["order_execution_second"] + wanted["portfolio_second"] == [17, 18]
