"""The kill switch that needs neither page nor broker nor database: a file in the state folder halts the desk."""

from __future__ import annotations

from pathlib import Path

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.units import Nanos

LONGEST = 200


def halt_of(file: Path, *, now: Nanos) -> Switch | None:
    """Return the halt that the file throws: its text is the reason; None where there is no such file.

    A file that cannot be read halts too.
    """
    try:
        text = file.read_bytes()[: 4 * LONGEST].decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except OSError as fault:
        text = f"cannot be read: {fault.strerror}"
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    reason = " ".join(shown.split())[:LONGEST] or "no reason given"
    return Switch(at=now, name="halt", scope="both", on=True, by=f"file:{file.name}", reason=reason)
