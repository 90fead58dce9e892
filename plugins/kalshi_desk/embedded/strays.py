"""Processes of this desk that no supervisor watches any more, found by the marker in their environment."""

from __future__ import annotations

import signal

import psutil

from kalshi_desk.embedded import postgres
from kalshi_desk.embedded.place import MARKER, Place

PATIENCE_S = 10


def sweep(place: Place, spare: int | None = None) -> int:
    """End the strays and return how many there were; ``spare`` is a living supervisor, kept with all below it."""
    kept = _family(spare) | _family(None) | {parent.pid for parent in psutil.Process().parents()}
    strays = [process for process in _marked(place) if process.pid not in kept]
    _end(strays, signal.SIGTERM)
    server = [process for process in _postmaster(place) if process.pid not in kept]
    _end(server, signal.SIGINT)
    return len(strays) + len(server)


def left(place: Place) -> list[psutil.Process]:
    """Return every living process of this desk except the caller's own."""
    own = _family(None) | {parent.pid for parent in psutil.Process().parents()}
    return [process for process in (*_marked(place), *_postmaster(place)) if process.pid not in own]


def _family(pid: int | None) -> set[int]:
    """Return a process and all below it; the caller's own where no pid is given."""
    try:
        head = psutil.Process(pid)
        return {head.pid, *(child.pid for child in head.children(recursive=True))}
    except psutil.NoSuchProcess:
        return set()


def _marked(place: Place) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _marker(process) == str(place.home)]


def _marker(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARKER)
    except (psutil.Error, OSError):
        return None


def _postmaster(place: Place) -> list[psutil.Process]:
    """Return Postgres by its pid file: it wipes its environment."""
    file = postgres.cluster(place) / "postmaster.pid"
    try:
        process = psutil.Process(int(file.read_text().split()[0]))
        return [process] if str(postgres.cluster(place)) in process.cmdline() else []
    except (OSError, ValueError, IndexError, psutil.Error):
        return []


def _end(processes: list[psutil.Process], sign: signal.Signals) -> None:
    for process in processes:
        _send(process, sign)
    for process in psutil.wait_procs(processes, timeout=PATIENCE_S)[1]:
        _send(process, signal.SIGKILL)
    psutil.wait_procs(processes, timeout=PATIENCE_S)


def _send(process: psutil.Process, sign: signal.Signals) -> None:
    try:
        process.send_signal(sign)
    except psutil.NoSuchProcess:
        return
