import random
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kalshi_desk.embedded.place import Place
from kalshi_desk.settings import load_settings

SPAN = 20


def free_base() -> int:
    """Return a PORT_BASE whose ports are all free now."""
    for base in random.sample(range(21_000, 32_000, SPAN), 200):
        if all(free(base + offset) for offset in range(SPAN)):
            return base
    raise OSError("no run of free ports")


def free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
def home() -> Iterator[Path]:
    """A state folder with a short path: Unix sockets do not take long ones."""
    folder = Path(tempfile.mkdtemp(prefix="desk-")) / "home"
    yield folder
    shutil.rmtree(folder.parent, ignore_errors=True)


@pytest.fixture
def place(home: Path) -> Place:
    made = Place(load_settings(_env_file=None, desk_home=home, port_base=free_base()))
    made.create()
    return made
