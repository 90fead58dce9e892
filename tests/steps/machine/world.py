"""One account's life: time, tables, and the doors that own it one after another."""

from __future__ import annotations

from collections import deque
from typing import Any

from kalshi_desk.adapters.kafka.topics import Topic
from kalshi_desk.domain.decisions import Signal
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Nanos, seconds
from kalshi_desk.errors import LeaseLost, ParseError, VenueError
from kalshi_desk.steps.gate_state import observe
from tests.steps import desk
from tests.steps.machine.door import TurningDoor
from tests.steps.machine.limits import OPENING
from tests.steps.machine.outside import Outside
from tests.steps.machine.tables import Tables
from tests.steps.machine.turns import turn
from tests.wiring.process import FakeProcess


class Left(Exception):
    """The process has ended itself."""


class Taken:
    """The promise of a delivery that does arrive: there is no event loop here to break it."""

    def add_done_callback(self, _: object) -> None:
        """Do nothing: it has arrived."""


class Process(FakeProcess):
    """The door's process; what it publishes is heard in its turn, but for what one publishes that lost the account."""

    def __init__(self, world: World) -> None:
        super().__init__("", world.now)
        self._world, self.heeded = world, True

    async def send(self, topic: Topic, key: str, message: Message) -> Any:
        await turn()
        if self.heeded:
            self._world.heard(message)
        return Taken()

    publish = send


class World(Outside):
    """One account's life: its tables, time, and the processes that own it one after another.

    ``signals`` is the topic from its last acknowledgement on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tables, self.process = Tables(desk.ACCOUNT, OPENING, desk.T0), Process(self)
        self.signals: deque[Signal] = deque()
        self.losers: list[TurningDoor] = []
        self.start()

    def start(self) -> bool:
        """Start the door anew once nobody owns the account: topics first, then its own books."""
        self.door = TurningDoor(self.process, self.tables, self.venue, self.params)
        if not self.door.lease.take():
            self.door = None
            return False
        self.door.ledger.epoch = self.door.lease.epoch
        for messages in self.shown.values():
            for message in messages.values():
                observe(self.door.state, message)
        for told in (desk.alive(self.now), self.equity, *self.switches.values()):
            if told is not None:
                observe(self.door.state, told)
        self.door.tasks.start("open", self.door.open())
        return True

    def die(self) -> None:
        """Kill the door where it stands; its lease runs on."""
        if self.door is not None:
            self.door.tasks.kill()
            self.door = None

    def lose(self) -> None:
        """Let another door take over from one that was frozen for too long, and does not know it yet."""
        if self.door is not None and self.tables.leased_until <= self.now:
            self.losers.append(self.door)
            self.door = None
            self.start()

    def loser_goes_on(self, at: int, turns: int) -> None:
        """Let a door that has lost the account wake up: it goes on until it hears of its loss."""
        loser = self.losers[at % len(self.losers)]
        loser.tasks.start("renew", loser.renew())
        self.process.heeded = False
        try:
            loser.tasks.go_on(loser.tasks.names[at % len(loser.tasks.names)], turns)
        except (Left, LeaseLost, VenueError):
            loser.tasks.kill()
            self.losers.remove(loser)
        finally:
            self.process.heeded = True

    def go_on(self, name: str, turns: int) -> None:
        """Let a task of the door go on; a door that leaves, or cannot be opened, is dead."""
        if self.door is None or name not in self.door.tasks.names:
            return
        try:
            self.door.tasks.go_on(name, turns)
        except (Left, LeaseLost):
            self.die()
        except (VenueError, ParseError):
            if name != "open":
                raise
            self.die()

    def finish(self) -> None:
        """Let all tasks of the door come to their end."""
        for _ in range(20_000):
            names = [] if self.door is None else self.door.tasks.names
            if not names:
                return
            for name in names:
                self.go_on(name, 1)
        raise AssertionError(f"these never end: {names}")

    def pass_time(self, wait_s: float, *, frozen: bool = False) -> None:
        """Let wall and event time pass; a door that is not frozen keeps its lease."""
        self.now = Nanos(self.now + seconds(wait_s))
        self.venue.until(self.now)
        self.process.at = self.now
        if self.door is not None and not frozen:
            self.tables.leased_until = self.now
            self.tables.now = Nanos(self.now - 1)
            self.door.lease.renew()
        self.tables.now = self.now
        self._show(desk.alive(self.now))
        self.mark()
