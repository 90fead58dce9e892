"""Settings given to ``make up`` in the environment: kept in the state folder for every process and command."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from kalshi_desk.embedded.place import ROOT, Place, private_file
from kalshi_desk.env_file import names_of
from kalshi_desk.settings import Settings

VARIABLES = names_of(Settings)
KEPT = VARIABLES - {"DESK_HOME", "ACCOUNT"}
SOURCES = ("plugins/kalshi_desk/**/*.py", "stream_apps/*.py", "sql/**/*.sql", "plugins/kalshi_desk/page/**/*")


def keep(place: Place, environment: Mapping[str, str]) -> None:
    """Write the settings found in ``environment`` to ``up.env``, in place of those of the start before."""
    lines = [f"{name}='{_quoted(environment[name])}'\n" for name in sorted(KEPT) if name in environment]
    private_file(place.home / "up.env", "".join(lines))


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def settings_revision(settings: Settings) -> str:
    """Return a short hash of all settings; the secret ones count with their content."""
    shown = {name: _plain(value) for name, value in settings.model_dump().items()}
    return sha256(repr(sorted(shown.items())).encode()).hexdigest()[:12]


def _plain(value: object) -> str:
    return value.get_secret_value() if hasattr(value, "get_secret_value") else repr(value)


def code_revision() -> str:
    """Return a short hash of the desk's own sources."""
    digest = sha256()
    for file in sorted({file for pattern in SOURCES for file in ROOT.glob(pattern) if file.is_file()}):
        if "__pycache__" not in file.parts:
            digest.update(file.as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:12]
