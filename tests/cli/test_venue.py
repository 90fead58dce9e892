"""The simulated venue as a process: it starts, is killed and goes on, stops, and refuses wrong input in one line."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest


@pytest.fixture
def place(tmp_path):
    (tmp_path / "venue-keys.json").write_text("{}")
    return tmp_path


def start(place, *options, port):
    environment = {**os.environ, "DESK_HOME": str(place)}
    command = [sys.executable, "-m", "kalshi_desk", "venue", "--port", str(port), *options]
    return subprocess.Popen(
        command, env=environment, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def ask(port, path, *, patience_s=40.0):
    until = time.monotonic() + patience_s
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return json.load(answer)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.fixture
def port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def test_a_killed_venue_goes_on_with_the_same_clock(place, port):
    process = start(place, "--synthetic", "--seed", "3", "--speed", "10", port=port)
    try:
        before, told = ask(port, "/clock"), ask(port, "/healthz")
        process.kill()
        process.communicate()
        process = start(place, "--synthetic", "--seed", "3", "--speed", "10", port=port)
        assert ask(port, "/clock") == before
        assert ask(port, "/healthz")["played_to"] >= told["played_to"]
        assert before["account"] == "sim:synthetic:3"
        assert told["markets"] > 300
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "venue.stopped" in output


def test_a_taken_port_is_named(place, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        process = start(place, port=port)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"port {port}" in output.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--from", "2026-05-13T17:14Z"), "--from needs --recording"),
        (("--recording", "/nowhere"), "does not exist"),
        (("--recording", ".", "--from", "yesterday"), "--from"),
        (("--speed", "1000"), "--speed"),
        (("--bankroll", "much"), "not a decimal number"),
        (("--faults", "none.json"), "faults file"),
        (("--forecast-markets", "-1"), "--forecast-markets"),
    ],
)
def test_wrong_input_is_one_line_and_status_2(place, port, options, text):
    process = start(place, *options, port=port)
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, len(output.splitlines())) == (2, 1)
    assert text in output
