from pathlib import Path

import pytest

from kalshi_desk.wiring.halt_file import halt_of
from tests.orders import NOW


def test_without_a_file_nothing_is_halted(tmp_path: Path) -> None:
    assert halt_of(tmp_path / "halt", now=NOW) is None
    assert halt_of(tmp_path / "absent" / "halt", now=NOW) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"odd fills\nsince noon\n", "odd fills since noon"),
        (b"", "no reason given"),
        (b"\x00\xff<b>", "\ufffd<b>"),
        (b"x" * 5_000, "x" * 200),
    ],
)
def test_its_text_is_the_reason(tmp_path: Path, text: bytes, reason: str) -> None:
    file = tmp_path / "halt"
    file.write_bytes(text)
    switch = halt_of(file, now=NOW)
    assert switch is not None
    assert (switch.name, switch.scope, switch.on, switch.by, switch.until) == ("halt", "both", True, "file:halt", None)
    assert (switch.reason, switch.at) == (reason, NOW)


def test_what_cannot_be_read_halts_too(tmp_path: Path) -> None:
    (tmp_path / "halt").mkdir()
    switch = halt_of(tmp_path / "halt", now=NOW)
    assert switch is not None
    assert "cannot be read" in switch.reason
