"""Run a subcommand in this process and catch what it prints."""

from __future__ import annotations

from typing import Any

import pytest

from kalshi_desk.cli import main


def run(capsys: Any, *words: str) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    code = ended.value.code
    assert isinstance(code, int)
    return code, *capsys.readouterr()
