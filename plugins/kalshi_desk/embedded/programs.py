"""A program under the supervisor: what is started, and how it is stopped."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Program:
    """One supervised process; ``revision`` changes where it must be restarted although its command is the same."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: str = "TERM"
    stop_s: int = 10
    revision: str = ""

    def section(self, *, folder: str, logs: str, marker: Mapping[str, str]) -> str:
        """Return its section of supervisord.conf; ``folder`` is where it runs."""
        environment = {**self.environment, **marker, "DESK_REVISION": self.revision}
        lines = {
            "command": _escaped(shlex.join(self.command)),
            "directory": _escaped(folder),
            "environment": ",".join(f'{name}="{_escaped(value)}"' for name, value in sorted(environment.items())),
            "stdout_logfile": _escaped(f"{logs}/{self.name}.log"),
            "stopsignal": self.stop_signal,
            "stopwaitsecs": str(self.stop_s),
            **ALWAYS,
        }
        return f"[program:{self.name}]\n" + "".join(f"{key}={value}\n" for key, value in lines.items())


ALWAYS = {
    "autostart": "false",  # make up starts the stages in order, with real checks between them
    "autorestart": "true",
    "startsecs": "1",
    "startretries": "100000",  # the default gives a quick dier up for ever
    "stopasgroup": "true",
    "killasgroup": "true",
    "redirect_stderr": "true",
    "stdout_logfile_maxbytes": "10MB",
    "stdout_logfile_backups": "2",
}


def _escaped(text: str) -> str:
    return text.replace("%", "%%")
