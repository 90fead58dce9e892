from pathlib import Path

import pytest

from kalshi_desk.env_file import COMPOSE_ONLY, unknown_names, written
from kalshi_desk.settings import Settings


@pytest.fixture
def file(tmp_path):
    return tmp_path / ".env"


def test_a_misspelt_name_is_told_with_what_was_meant(file):
    file.write_text("MAX_DRAWDWN=0.05\nMAX_DRAWDOWN=0.1\nmax_total_risk=0.1\nFROM=2026-05-13T17:14Z\nFOO=1\n")
    assert unknown_names(Settings, file) == [
        "FOO: no setting has this name",
        "MAX_DRAWDWN: no setting has this name; MAX_DRAWDOWN?",
    ]


def test_what_only_the_compose_file_reads_is_known(file):
    file.write_text("".join(f"{name}=x\n" for name in COMPOSE_ONLY))
    assert unknown_names(Settings, file) == []


def test_every_name_of_the_compose_file_and_the_example_is_known(file):
    example = (Path(__file__).resolve().parents[1] / ".env.example").read_text()
    file.write_text("\n".join(line.removeprefix("# ") for line in example.splitlines() if "=" in line))
    assert len(written(Settings, file)) > 100
    assert unknown_names(Settings, file) == []


def test_no_file_and_no_text_say_nothing(file):
    assert written(Settings, file) == {}
    file.write_bytes(b"SEED=\xff\n")
    assert written(Settings, file) == {}
