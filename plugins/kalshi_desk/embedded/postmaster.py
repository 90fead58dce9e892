"""Become Postgres, once nothing of a killed server is left over.

A backend in the middle of a long query outlives a killed server and notices only at the query's end; until then the
shared memory is its, and the next server refuses to start. Run as ``postmaster USER postgres -D FOLDER ...``; USER is
empty where the server runs as the caller.
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Container

import psutil


def orphans(folder: str) -> list[psutil.Process]:
    """Return the backends at work in a cluster's folder whose server is gone."""
    inside = {process.pid: process for process in psutil.process_iter() if _works_in(process, folder)}
    return [process for process in inside.values() if _is_orphan(process, inside)]


def _works_in(process: psutil.Process, folder: str) -> bool:
    try:
        return process.name() == "postgres" and process.cwd() == folder
    except psutil.Error:
        return False


def _is_orphan(process: psutil.Process, inside: Container[int]) -> bool:
    """Tell a backend, which calls itself by its work, from a server, which shows its command line."""
    try:
        return process.ppid() not in inside and process.cmdline()[0].startswith("postgres:")
    except (psutil.Error, IndexError):
        return False


def main(user: str, *command: str) -> None:
    """End the orphans and turn into the server, as ``user``."""
    left = orphans(os.path.realpath(command[command.index("-D") + 1]))
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=10)
    if user:
        entry = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    os.execv(command[0], command)  # noqa: S606 - the server takes this process's place


if __name__ == "__main__":
    main(*sys.argv[1:])
