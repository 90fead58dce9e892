import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kalshi_desk.adapters.kafka.topics import TOPICS
from kalshi_desk.embedded.given import VARIABLES
from kalshi_desk.embedded.parts import STREAM_APPS
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring import addresses

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "plugins" / "kalshi_desk"


def tracked() -> list[Path]:
    """Return the files of the repository; everything below it where this is no checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.split("\0") if listed.returncode == 0 else [str(file) for file in ROOT.rglob("*")]
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_airflow_imports_nothing_of_the_package():
    script = """
import sys
from pathlib import Path
from airflow import plugins_manager
plugins, errors = plugins_manager._get_plugins()
assert not errors, errors
stems = {file.stem for file in Path("plugins/kalshi_desk").rglob("*.py")} - {"__init__", "__main__"}
own = [name for name, module in sys.modules.items() if "plugins/kalshi_desk" in str(getattr(module, "__file__", ""))]
assert not own, own
"""
    environment = {
        **os.environ,
        "AIRFLOW_HOME": os.environ.get("TMPDIR", "/tmp"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr


def named(file: str) -> dict[str, str]:
    """Return the requirements of a file: name to the whole specifier."""
    lines = (line.split("#")[0].split(";")[0].strip() for line in (ROOT / file).read_text().splitlines())
    pattern = re.compile(r"([A-Za-z0-9._-]+)(.*)")
    found = (pattern.fullmatch(line.rstrip("\\ ")) for line in lines if line and not line.startswith("-"))
    return {match[1].lower(): match[2].strip() for match in found if match}


def test_each_requirement_says_why():
    for file in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / file).read_text().splitlines()
        assert [line for line in lines if line and not line.startswith(("#", "-r")) and " # " not in line] == []


def test_the_lock_holds_every_requirement_with_hashes():
    from packaging.requirements import Requirement

    lock = named("requirements.lock")
    for file in ("requirements.txt", "requirements-dev.txt"):
        for name, specifier in named(file).items():
            assert lock[name].startswith("=="), name
            assert Requirement(f"{name}{specifier}").specifier.contains(lock[name].removeprefix("=="))
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text())
    assert [entry.split()[0] for entry in entries if "==" in entry.split()[0] and "--hash=sha256:" not in entry] == []


def test_postgres_comes_as_a_wheel_and_only_so():
    lock = named("requirements.lock")
    assert "psycopg2-binary" in lock
    assert "psycopg2" not in lock


@pytest.mark.embedded
def test_plain_pip_accepts_the_requirements():
    """In this environment everything is there already, so pip proves without the network that they go together."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", "-r", "requirements.txt"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert "Would install" not in answer.stdout


def modules() -> list[Path]:
    """Return the modules that need a test file: all but those that only open a package."""
    folders = (PACKAGE, ROOT / "dags", ROOT / "stream_apps")
    found = (file for folder in folders for file in folder.rglob("*.py"))
    return sorted(file for file in found if file.name not in ("__init__.py", "__main__.py"))


def mirror(module: Path) -> Path:
    """Return where a module's test file is."""
    place = module.relative_to(PACKAGE if module.is_relative_to(PACKAGE) else ROOT)
    return Path("tests") / place.with_name(f"test_{place.name}")


def test_each_module_has_its_test_file():
    assert [str(mirror(module)) for module in modules() if not (ROOT / mirror(module)).is_file()] == []


TEXT = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".cfg", ".sql", ".json", ".html", ".css", ".properties", ""}
MACHINE = re.compile(r"/(?:home|root|Users|work)/\w|file:/{2}|/tmp/\w+/")


def test_no_file_names_a_machines_paths():
    own = Path(__file__).name
    texts = (file for file in tracked() if file.suffix in TEXT and file.name not in (own, "requirements.lock"))
    found = [f"{file.relative_to(ROOT)}: {match[0]}" for file in texts for match in MACHINE.finditer(file.read_text())]
    assert found == []


def test_the_example_settings_are_all_settings_with_their_defaults(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    text = (ROOT / ".env.example").read_text()
    documented = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE))
    assert VARIABLES - documented == set()
    assert load_settings(_env_file=ROOT / ".env.example") == load_settings(_env_file=None)


def test_each_process_of_the_compose_file_is_one_of_ours():
    compose = (ROOT / "docker-compose.yaml").read_text()
    assert set(re.findall(r"stream_apps\.(\w+)", compose)) == set(STREAM_APPS)
    assert re.findall(r'ports: \["(?!127\.0\.0\.1:|\$\{SITE_LISTEN:-127)', compose) == []


def test_prometheus_scrapes_every_process_at_its_port():
    targets = re.findall(r"- ([\w-]+):(\d+)", (ROOT / "monitoring" / "prometheus.yml").read_text())
    names = {"desk_page": "page"}
    expected = {(names.get(name, name.replace("_", "-")), str(8080 + at)) for name, at in addresses.METRICS.items()}
    assert set(targets) == expected


def test_the_dashboard_shows_metrics_that_exist():
    sources = [file.read_text() for folder in (PACKAGE, ROOT / "stream_apps") for file in folder.rglob("*.py")]
    pattern = re.compile(r'\b(Counter|Gauge|Histogram|Summary)\(\s*"(\w+)"')
    exist = {name + ("_total" if kind == "Counter" else "") for text in sources for kind, name in pattern.findall(text)}
    dashboard = json.loads((ROOT / "monitoring" / "grafana" / "dashboards" / "desk.json").read_text())
    asked = {
        name
        for panel in dashboard["panels"]
        for each in panel["targets"]
        for name in re.findall(r"desk_\w+", each["expr"])
    }
    assert asked
    assert asked <= exist


def test_every_topic_has_a_version():
    assert all(re.fullmatch(r"[a-z_.]+\.v\d+", name) for name in TOPICS)


def test_each_migration_has_a_number_of_its_own_without_a_gap():
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "sql" / "migrations").glob("*.sql"))]
    assert numbers == list(range(1, len(numbers) + 1))
