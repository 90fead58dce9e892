"""What the door does by itself, each a task that goes on by some turns."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from kalshi_desk.wiring import order_tasks
from tests.steps.machine.life import Life

turns = st.sampled_from([60, 12, 5, 3, 2, 1])


class Doings(Life):
    @rule()
    def work(self):
        """Carry out all that is to be done."""
        self.drain(60)
        self.world.finish()

    @rule(turns=turns)
    def drain(self, turns):
        self.go("drain", turns, lambda door: door.drain())
        for name in self.tasks:
            if name.startswith("intent"):
                self.world.go_on(name, turns)

    @rule(what=st.sampled_from(["fills", "cash", "settle", "reconcile"]), turns=turns)
    def attempt(self, what, turns):
        name = "reconcile" if what == "reconcile" else "poll"
        self.go(name, turns, lambda door: order_tasks.attempt(door, what))

    @rule(what=st.sampled_from(["review", "follow_up", "obey"]), turns=turns)
    def look_after(self, what, turns):
        works = {
            "review": lambda d: d.review(),
            "follow_up": lambda d: d.follow_up(),
            "obey": lambda d: d.groups.obey(),
        }
        self.go(what, turns, works[what])

    @precondition(lambda self: self.world.venue.frames)
    @rule(at=st.integers(0, 20), again=st.booleans(), turns=turns)
    def hear(self, at, again, turns):
        if "listen" in self.tasks:
            self.world.go_on("listen", turns)
            return
        frames = self.world.venue.frames
        frame = frames[at % len(frames)] if again else frames.pop(at % len(frames))
        self.go("listen", turns, lambda door: door.hear(frame))

    @precondition(lambda self: self.tasks)
    @rule(at=st.integers(0, 9), turns=turns)
    def go_on(self, at, turns):
        self.world.go_on(self.tasks[at % len(self.tasks)], turns)

    @precondition(lambda self: self.tasks)
    @rule()
    def finish(self):
        self.world.finish()
