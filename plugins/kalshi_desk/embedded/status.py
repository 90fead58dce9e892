"""Health and memory of every part. ``make status`` runs it."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import psutil

from kalshi_desk.embedded.exits import exit_code
from kalshi_desk.embedded.parts import Part, all_parts
from kalshi_desk.embedded.place import Place
from kalshi_desk.embedded.supervisor import Supervisor
from kalshi_desk.errors import DeskError
from kalshi_desk.settings import load_settings

MIB = 1024 * 1024


def memory(pid: int) -> int:
    """Return the proportional set size of a process and all below it, in bytes; 0 where it is gone."""
    try:
        head = psutil.Process(pid)
        return sum(_own_memory(process) for process in (head, *head.children(recursive=True)))
    except psutil.NoSuchProcess:
        return 0


def _own_memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def show(place: Place) -> int:
    """Print a line for each part and the total; returns 0 where all are healthy, else 1."""
    supervisor = Supervisor(place)
    if not supervisor.running():
        raise DeskError("the desk is not running: make up")
    states, all_of_it = supervisor.states(), all_parts(place)
    with ThreadPoolExecutor(4) as pool:
        faults = list(pool.map(lambda part: part.fault(), all_of_it))
    pids = {
        "supervisor": supervisor.pid(),
        **{part.name: states.get(part.name, {}).get("pid", 0) for part in all_of_it},
    }
    sizes = {
        name: _own_memory(psutil.Process(pid)) if name == "supervisor" else memory(pid)
        for name, pid in pids.items()
        if pid
    }
    for part, fault in zip(all_of_it, faults, strict=True):
        print(_line(part, states, sizes.get(part.name, 0), fault))
    print(f"{'supervisor':20} {'RUNNING':9} {sizes['supervisor'] / MIB:8.0f} MiB")
    print(f"{'total':20} {'':9} {sum(sizes.values()) / MIB:8.0f} MiB")
    return 1 if any(faults) else 0


def _line(part: Part, states: dict[str, dict[str, object]], size: int, fault: str | None) -> str:
    state = states.get(part.name, {}).get("statename", "UNKNOWN")
    return f"{part.name:20} {state!s:9} {size / MIB:8.0f} MiB  {fault or 'healthy'}"


def main() -> int:
    """Show the desk of this repository."""
    return show(Place(load_settings()))


if __name__ == "__main__":
    sys.exit(exit_code(main))
