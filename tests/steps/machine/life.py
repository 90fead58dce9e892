"""The beginning and end of a machine's life, how it lets its door do something, and what must hold."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import patch

from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.decisions import Signal
from kalshi_desk.wiring import order_door, order_tasks
from tests.steps.machine.checks import check, check_caught_up
from tests.steps.machine.world import Left, World

counted = SimpleNamespace(steps=0)


def _leave(event: str) -> None:
    raise Left(event)


class Silent:
    """A log that says nothing."""

    def __getattr__(self, name):
        return lambda *_args, **_kwargs: None


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.patches = [patch.object(order_door, "leave", _leave)]
        self.patches += [patch.object(module, "log", Silent()) for module in (order_door, order_tasks)]
        for each in self.patches:
            each.start()
        self.world = World()
        self.world.finish()
        self.known: list[Signal] = []

    def go(self, name: str, turns: int, work) -> None:
        """Start a task where it is not under way, and let it go on; a door that is not open is opened instead."""
        if self.world.door is None:
            self.world.start()
        door = self.world.door
        if door is not None and not door.is_open:
            self.world.go_on("open", turns)
        elif door is not None:
            door.tasks.start(name, work(door))
            self.world.go_on(name, turns)

    @property
    def tasks(self) -> list[str]:
        return [] if self.world.door is None else self.world.door.tasks.names

    @invariant()
    def holds(self):
        counted.steps += 1
        check(self.world)

    def teardown(self):
        try:
            self._catch_up()
            check(self.world)
            check_caught_up(self.world)
        finally:
            for each in self.patches:
                each.stop()

    @rule()
    def catch_up(self):
        """Let every fault end and the door ask for everything: then both books must agree."""
        self._catch_up()
        check_caught_up(self.world)

    def _catch_up(self):
        world = self.world
        world.venue.fates, world.venue.deaf = [], 0
        for name in ("halt", "flatten", "pause"):
            world.throw(Switch(at=world.now, name=name, scope="both", on=False, by="anna", reason="test"))
        while world.losers:
            world.loser_goes_on(0, 100)
        world.finish()
        for _ in range(6):
            world.pass_time(9.0)
            if world.door is not None and not (world.door.is_open or world.door.tasks.names):
                world.die()
            if world.door is None:
                world.start()
            world.finish()
            for work in (lambda d: d.groups.obey(), lambda d: d.review(), lambda d: d.drain()):
                self.go("work", 1, work)
                world.finish()
            for what in ("fills", "settle", "cash", "reconcile"):
                self.go("work", 1, lambda door, what=what: order_tasks.attempt(door, what))
                world.finish()
        world.mark()
