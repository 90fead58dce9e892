"""Names in ``.env`` that no setting has: a misspelt limit must not silently be the default."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic_settings import BaseSettings, DotEnvSettingsSource

COMPOSE_ONLY = frozenset(
    {"COMPOSE_PROFILES", "POSTGRES_PASSWORD", "GRAFANA_PASSWORD", "SITE_ADDRESS", "SITE_LISTEN", "SITE_PASSWORD_HASH"}
)


def names_of(settings: type[BaseSettings]) -> frozenset[str]:
    """Return the environment's names of all settings."""
    return frozenset(str(field.validation_alias or name.upper()) for name, field in settings.model_fields.items())


def written(settings: type[BaseSettings], file: Path) -> Mapping[str, str | None]:
    """Return what the file says, by names in lower case; nothing where it is missing or no text."""
    try:
        return DotEnvSettingsSource(settings, env_file=file).env_vars
    except UnicodeDecodeError:  # told when the settings are read
        return {}


def unknown_names(settings: type[BaseSettings], file: Path) -> list[str]:
    """Return a line for each name in the file that neither the settings nor docker-compose.yaml know."""
    known = names_of(settings)
    names = {name.upper() for name in written(settings, file)}
    return [f"{name}: no setting has this name{_meant(name, known)}" for name in sorted(names - known - COMPOSE_ONLY)]


def _meant(name: str, known: frozenset[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    return f"; {close[0]}?" if close else ""
