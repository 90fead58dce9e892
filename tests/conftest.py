"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def recordings_dir() -> Path:
    """The folder of recorded market data; skips where it is absent."""
    folder = Path(os.environ.get("RECORDINGS_DIR", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no recordings at {folder}; set RECORDINGS_DIR")
    return folder.resolve()
