import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash
from tests.embedded.conftest import free_base
from tests.page import sample

pytestmark = pytest.mark.embedded
METRICS = 16


def healthy(url, process, within_s=40):
    end = time.monotonic() + within_s
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
                return json.load(answer)
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    return None


def press(url, action, shown):
    with urllib.request.urlopen(url, timeout=5) as answer:
        token = re.search(r'name="token" value="([^"]+)"', answer.read().decode())[1]
    form = {"token": token, "action": action, "scope": "crypto", "reason": "a drill"}
    request = urllib.request.Request(f"{url}/control", urllib.parse.urlencode(form).encode(), {"Origin": url})
    urllib.request.urlopen(request, timeout=10).close()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with urllib.request.urlopen(url, timeout=5) as answer:
            if shown in answer.read().decode():
                return
        time.sleep(0.2)
    with urllib.request.urlopen(url, timeout=5) as answer:
        state = re.search(r'id="part-state".*?</header>', answer.read().decode(), re.DOTALL)[0]
    pytest.fail(f"the page does not show its own switch: {state}")


def environment(tmp_path, **changes):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"DESK_HOME": str(tmp_path)} | changes


def test_the_page_comes_up_on_a_real_broker_and_database(database, broker, tmp_path):
    segment = ClockSegment(wall_now(), sample.NOW, 1.0)
    store_epochs(database, account="sim:synthetic:7", mode="paper", bankroll=Cash.parse("50"), segments=[segment])
    base = free_base()
    settings = {"PORT_BASE": str(base), "DATABASE_URL": database, "KAFKA_BOOTSTRAP": broker.bootstrap}
    process = subprocess.Popen(
        [sys.executable, "-m", "kalshi_desk.page"], env=environment(tmp_path, **settings), cwd=tmp_path
    )
    try:
        url = f"http://127.0.0.1:{base}"
        assert healthy(url, process) == {"ready": True, "faults": [], "account": "sim:synthetic:7"}
        with urllib.request.urlopen(url, timeout=5) as answer:
            assert "sim:synthetic:7" in answer.read().decode()
        press(url, "pause", "Paused</b>: a drill")
        press(url, "resume", "<b>Stopped</b>")
        with urllib.request.urlopen(f"http://127.0.0.1:{base + METRICS}/metrics", timeout=5) as answer:
            assert b"desk_page_records" in answer.read()
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_wrong_settings_end_with_every_fault(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "kalshi_desk.page"], env=environment(tmp_path, DESK_MODE="live", SPEED="0"),
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "SPEED" in done.stderr
