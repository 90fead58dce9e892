"""Prepare ``.venv``: what ``make`` runs before anything else, on the standard library alone.

Run by the system's Python before the desk's libraries exist; hence the one look at the environment outside settings.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
UV = "uv==0.13.9"
APT = "sudo apt-get install -y python3 python3-venv default-jre-headless maven"
OLDEST_PYTHON, OLDEST_JAVA = (3, 11), 17
LOCKED = ("requirements.lock", "pyproject.toml", "plugins/kalshi_desk/embedded/install.py")


def missing_tools(*, needs_java: bool, which: Callable[[str], str | None] = shutil.which) -> list[str]:
    """Return what this machine lacks, in words."""
    faults = []
    if sys.version_info < OLDEST_PYTHON:
        faults.append(
            f"Python {sys.version_info[0]}.{sys.version_info[1]} is older than 3.11 (name another: PYTHON=...)"
        )
    if find_spec("ensurepip") is None:
        faults.append("Python's venv is missing")
    return faults + (_missing_java(which) if needs_java else [])


def _missing_java(which: Callable[[str], str | None]) -> list[str]:
    java, faults = which("java"), []
    if java is None:
        faults.append("Java is missing")
    elif (version := _java_version(java)) < OLDEST_JAVA:
        faults.append(f"Java {version} is older than {OLDEST_JAVA}")
    if which("mvn") is None:
        faults.append("Maven is missing")
    return faults


def _java_version(java: str) -> int:
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
    return int(found[1]) if found else 0


def needs_java(environment: Mapping[str, str], dotenv: Path) -> bool:
    """Tell whether the embedded Kafka will be started: no KAFKA_BOOTSTRAP in the environment or ``.env``."""
    if environment.get("KAFKA_BOOTSTRAP"):
        return False
    return not (dotenv.is_file() and re.search(r"^\s*KAFKA_BOOTSTRAP\s*=\s*\S", dotenv.read_text(), re.MULTILINE))


def fingerprint(root: Path) -> str:
    """Return a hash of everything that decides what ``.venv`` holds."""
    digest = hashlib.sha256(str(root).encode())
    for name in LOCKED:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def install(root: Path) -> None:
    """Bring ``.venv`` to the lock and the package; nothing is done where neither has changed."""
    stamp, python = root / ".venv" / "installed", root / ".venv" / "bin" / "python"
    if stamp.is_file() and stamp.read_text() == fingerprint(root) and python.exists():
        return
    print("installing the locked libraries into .venv", flush=True)
    if not python.exists():
        _run(sys.executable, "-m", "venv", str(root / ".venv"))
    uv = (str(root / ".venv" / "bin" / "uv"), "pip", "install", "-q", "--python", str(python))
    _run(str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", UV)
    _run(*uv, "--compile-bytecode", "--require-hashes", "-r", str(root / "requirements.lock"))
    _run(*uv, "--no-deps", "--no-build-isolation", "-e", str(root))
    stamp.write_text(fingerprint(root))


def _run(*command: str) -> None:
    if code := subprocess.run(command, check=False).returncode:
        raise SystemExit(f"kalshi-desk: {' '.join(command[:5])} ... failed with exit code {code}; see above")


def main() -> None:
    """Check the tools, then install; exit code 2 names what is missing and the line that mends it."""
    java = "--no-java" not in sys.argv and needs_java(os.environ, ROOT / ".env")
    if faults := missing_tools(needs_java=java):
        print(f"kalshi-desk: {'; '.join(faults)}. On Debian or Ubuntu: {APT}", file=sys.stderr)
        raise SystemExit(2)
    install(ROOT)


if __name__ == "__main__":
    main()
