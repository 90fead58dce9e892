"""The supervisor: its configuration, its start, and talking to it over its own socket."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport

from kalshi_desk.embedded.given import VARIABLES
from kalshi_desk.embedded.place import ROOT, Place, filled, private_file
from kalshi_desk.embedded.programs import Program
from kalshi_desk.errors import DeskError

START_S, SHUT_DOWN_S = 15, 60
STOPPED = ("STOPPED", "EXITED", "FATAL", "UNKNOWN")


class Supervisor:
    """The supervisor of one state folder."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def running(self) -> bool:
        """Whether a supervisor answers on the socket."""
        try:
            return bool(self._ask("getState"))
        except (OSError, Fault):
            return False

    def start(self, programs: Iterable[Program]) -> None:
        """Write the configuration; start the supervisor, or have a running one take over what changed."""
        self._write(programs)
        if self.running():
            self._take_over()
            return
        self._place.socket.unlink(missing_ok=True)
        command = [self._place.program("supervisord"), "-c", str(self._configuration)]
        subprocess.run(command, check=True, cwd=ROOT, env=_environment(self._place), stdin=subprocess.DEVNULL)
        self._wait_until_running()

    def start_program(self, name: str) -> None:
        """Start a program that does not run; returns at once."""
        if self.states()[name]["statename"] in STOPPED:
            self._ask("startProcess", name, False)

    def stop_programs(self, names: Iterable[str]) -> None:
        """Stop programs together and wait until they are gone."""
        states = self.states()
        wanted = [name for name in names if name in states and states[name]["statename"] not in STOPPED]
        for name in wanted:
            self._ask("stopProcess", name, False)
        while any(self.states()[name]["statename"] not in STOPPED for name in wanted):
            time.sleep(0.1)

    def states(self) -> dict[str, dict[str, Any]]:
        """Return what the supervisor knows of each program: ``statename``, ``pid``, ``start``, ``spawnerr``."""
        return {state["name"]: state for state in self._ask("getAllProcessInfo")}

    def pid(self) -> int:
        """Return the supervisor's own pid."""
        return int(self._ask("getPID"))

    def shut_down(self) -> None:
        """End the supervisor, and every program it still runs."""
        process = psutil.Process(self.pid())
        self._ask("shutdown")
        process.wait(SHUT_DOWN_S)

    @property
    def _configuration(self) -> Path:
        return self._place.home / "supervisord.conf"

    def _ask(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self._place.socket}")
        try:
            return getattr(ServerProxy("http://127.0.0.1", transport=transport).supervisor, method)(*arguments)
        finally:
            transport.close()

    def _write(self, programs: Iterable[Program]) -> None:
        home, logs = str(self._place.home), str(self._place.logs)
        head = filled(
            "supervisord.conf", home=home.replace("%", "%%"), socket=str(self._place.socket).replace("%", "%%")
        )
        sections = [program.section(folder=str(ROOT), logs=logs, marker=self._place.marker) for program in programs]
        private_file(self._configuration, "\n".join([head, *sections]))

    def _take_over(self) -> None:
        added, changed, removed = self._ask("reloadConfig")[0]
        self.stop_programs([*changed, *removed])
        for name in (*changed, *removed):
            self._ask("removeProcessGroup", name)
        for name in (*changed, *added):
            self._ask("addProcessGroup", name)

    def _wait_until_running(self) -> None:
        for _ in range(START_S * 10):
            if self.running():
                return
            time.sleep(0.1)
        raise DeskError(f"the supervisor did not start; see {self._place.logs / 'supervisord.log'}")


def _environment(place: Place) -> dict[str, str]:
    """Return this process's environment without settings: programs read those from files, where they can change."""
    return {**{name: value for name, value in os.environ.items() if name not in VARIABLES}, **place.marker}
