import os

import pytest

from kalshi_desk.embedded.parts import Part
from kalshi_desk.embedded.programs import Program
from kalshi_desk.embedded.status import MIB, _line, memory, show
from kalshi_desk.errors import DeskError


def test_memory_is_that_of_the_whole_tree():
    assert memory(os.getpid()) > 20 * MIB
    assert memory(2**22 + 1) == 0


def test_a_line_says_state_size_and_health():
    part = Part(Program("recorder", ("x",)), lambda: None)
    assert _line(part, {"recorder": {"statename": "RUNNING"}}, 60 * MIB, None).split() == [
        "recorder", "RUNNING", "60", "MiB", "healthy",
    ]  # fmt: skip
    assert "UNKNOWN" in _line(part, {}, 0, "no heartbeat yet")


def test_without_a_supervisor_it_says_how_to_start(place):
    with pytest.raises(DeskError, match="make up"):
        show(place)
