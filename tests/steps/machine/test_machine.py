"""Gate, door and ledger as a state machine against a naive model: whatever the order of events, the checks hold.

MACHINE_EXAMPLES says how many lives are lived, MACHINE_STEPS of how many steps each at most.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.steps.machine.doings import Doings
from tests.steps.machine.happenings import Happenings
from tests.steps.machine.life import counted
from tests.steps.machine.wishes import Wishes

EXAMPLES, STEPS = int(os.environ.get("MACHINE_EXAMPLES", "120")), int(os.environ.get("MACHINE_STEPS", "80"))


class Machine(Wishes, Doings, Happenings):
    """All rules together."""


Machine.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


class TestMachine(Machine.TestCase):
    def runTest(self) -> None:
        super().runTest()
        print(f"{counted.steps} steps")
