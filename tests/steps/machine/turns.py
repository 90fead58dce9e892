"""Tasks that go on one turn at a time: each call of a port waits for its turn, so any order of events can be played."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import Any


class _Turn:
    def __await__(self) -> Generator[None, None, None]:
        yield


async def turn() -> None:
    """Wait until somebody lets this task go on."""
    await _Turn()


class Tasks:
    """The coroutines of one process by name, oldest first; each stands at its next call of a port."""

    def __init__(self) -> None:
        self._running: dict[str, Coroutine[Any, Any, Any]] = {}

    def start(self, name: str, work: Coroutine[Any, Any, Any]) -> bool:
        """Start a task unless one of that name is under way."""
        if name in self._running:
            work.close()
            return False
        self._running[name] = work
        return True

    @property
    def names(self) -> list[str]:
        return list(self._running)

    def go_on(self, name: str, turns: int = 1) -> None:
        """Let a task take up to so many turns."""
        work = self._running[name]
        for _ in range(turns):
            try:
                work.send(None)
            except StopIteration:
                del self._running[name]
                return
            except BaseException:
                del self._running[name]
                raise

    def finish(self) -> None:
        """Let all tasks, in turn, come to their end, and those that they start."""
        for _ in range(20_000):
            if not self._running:
                return
            for name in self.names:
                self.go_on(name)
        raise AssertionError(f"these never end: {self.names}")

    def kill(self) -> None:
        """End all where they stand."""
        for work in self._running.values():
            work.close()
        self._running.clear()
