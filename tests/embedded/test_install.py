import subprocess
import sys
from pathlib import Path

import pytest

from kalshi_desk.embedded import install


def test_what_is_missing_is_named():
    assert install.missing_tools(needs_java=True, which=lambda _: None) == ["Java is missing", "Maven is missing"]
    assert install.missing_tools(needs_java=False, which=lambda _: None) == []


def test_an_old_java_is_named(tmp_path):
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_392\"' >&2\n")
    java.chmod(0o755)
    assert install.missing_tools(needs_java=True, which=lambda _: str(java)) == ["Java 8 is older than 17"]


def test_a_given_broker_needs_no_java(tmp_path):
    dotenv = tmp_path / ".env"
    assert install.needs_java({}, dotenv)
    assert not install.needs_java({"KAFKA_BOOTSTRAP": "k:9092"}, dotenv)
    dotenv.write_text("# KAFKA_BOOTSTRAP=k:1\nSPEED=1\n")
    assert install.needs_java({}, dotenv)
    dotenv.write_text("KAFKA_BOOTSTRAP=k:1\n")
    assert not install.needs_java({}, dotenv)


def test_the_fingerprint_follows_the_lock(tmp_path):
    for name in install.LOCKED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    before = install.fingerprint(tmp_path)
    (tmp_path / "requirements.lock").write_text("two")
    assert install.fingerprint(tmp_path) != before


def test_it_runs_on_the_standard_library_alone_and_says_what_is_missing(tmp_path):
    script = Path(install.__file__)
    answer = subprocess.run(
        [sys.executable, "-I", "-S", str(script)],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert answer.stderr == f"kalshi-desk: Java is missing; Maven is missing. On Debian or Ubuntu: {install.APT}\n"


def test_a_failing_step_ends_the_install_with_its_name():
    with pytest.raises(SystemExit, match="false"):
        install._run("false")
