"""Run a command so that every expected fault becomes one line and exit code 2."""

from __future__ import annotations

import sys
from collections.abc import Callable

from kalshi_desk.errors import DeskError, SettingsError


def exit_code(command: Callable[[], int | None]) -> int:
    """Run ``command`` and return the process's exit code: what it returned, else 0; 2 for a DeskError."""
    try:
        return command() or 0
    except SettingsError as failure:
        for fault in failure.faults:
            print(f"kalshi-desk: {fault}", file=sys.stderr)
    except DeskError as failure:
        print(f"kalshi-desk: {failure}", file=sys.stderr)
    return 2
