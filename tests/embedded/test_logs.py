import subprocess
import sys

import pytest

from kalshi_desk.embedded.logs import command
from kalshi_desk.errors import DeskError


def test_every_log_is_followed(place):
    for name in ("venue", "kafka"):
        (place.logs / f"{name}.log").touch()
    assert command(place) == [
        "tail",
        "-n",
        "20",
        "-F",
        *(str(place.logs / f"{name}.log") for name in ("kafka", "venue")),
    ]


def test_without_logs_it_says_how_to_get_some(place):
    with pytest.raises(DeskError, match="make up"):
        command(place)


def test_the_state_folder_may_be_named_by_the_file(tmp_path):
    (tmp_path / ".env").write_text("DESK_HOME=elsewhere\n")
    words = [sys.executable, "-m", "kalshi_desk.embedded.logs"]
    answer = subprocess.run(words, cwd=tmp_path, env={"PATH": "/bin"}, capture_output=True, text=True, check=False)
    assert (answer.returncode, "elsewhere/logs" in answer.stderr) == (2, True)
