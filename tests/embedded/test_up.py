import subprocess
import sys

import pytest

from kalshi_desk.embedded import up
from kalshi_desk.embedded.place import ROOT
from kalshi_desk.errors import DeskError, SettingsError


def start(**environment):
    command = [sys.executable, "-m", "kalshi_desk.embedded.up"]
    return subprocess.run(
        command, cwd=ROOT, env={"PATH": "/bin", **environment}, capture_output=True, text=True, check=False
    )


def test_every_wrong_setting_is_a_line_and_nothing_starts(home):
    answer = start(DESK_HOME=str(home), SPEED="fast", SEED="-1")
    assert answer.returncode == 2
    assert [line.split(":")[1].strip() for line in answer.stderr.splitlines()] == ["SPEED", "SEED"]
    assert not home.exists()


def test_an_address_on_which_the_parts_do_not_find_each_other_is_refused(home):
    answer = start(DESK_HOME=str(home), LISTEN_HOST="127.0.0.2")
    assert (answer.returncode, home.exists()) == (2, False)
    assert "LISTEN_HOST 127.0.0.2: a whole desk listens on 127.0.0.1 or 0.0.0.0" in answer.stderr


def test_two_starts_at_once_are_refused(place):
    with up.alone(place), pytest.raises(SettingsError, match="another make up"), up.alone(place):
        pass


def test_a_part_that_stays_down_is_named_with_its_last_words(place, monkeypatch):
    monkeypatch.setattr(up, "HEALTHY_S", 0)
    (place.logs / "venue.log").write_text("first\nkalshi-desk: no such recording\n| id | venue |\n+----+\n\x1b[?25l\n")
    with pytest.raises(DeskError, match=r"venue is not healthy after 0 s: refused; .*no such recording"):
        up.Start(place)._wait("venue", lambda: "refused")
