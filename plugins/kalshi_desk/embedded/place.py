"""Where the embedded desk keeps its state on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from string import Template

from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = Path(__file__).parent / "templates"
LONGEST_SOCKET = 100  # bytes; Unix allows 107, supervisord appends its pid while it starts
MARKER = "KALSHI_DESK_STATE"


@dataclass(frozen=True)
class Place:
    """The state folder of one embedded desk, and the settings that it runs with."""

    settings: Settings

    @property
    def home(self) -> Path:
        """The state folder, absolute: a relative DESK_HOME counts from the repository."""
        return (ROOT / self.settings.desk_home).resolve()

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def socket(self) -> Path:
        """The supervisor's socket."""
        return self.home / "supervisor.sock"

    @property
    def marker(self) -> dict[str, str]:
        """The environment that marks every process of this desk; the second keeps setproctitle from wiping it."""
        return {MARKER: str(self.home), "SPT_NOENV": "1"}

    @property
    def python(self) -> str:
        return str(ROOT / ".venv" / "bin" / "python")

    def program(self, name: str) -> str:
        """Return the path of an installed command."""
        return str(ROOT / ".venv" / "bin" / name)

    def port(self, offset: int) -> int:
        """Return the port at ``offset`` above PORT_BASE."""
        return addresses.port(self.settings, offset)

    @property
    def own_postgres(self) -> bool:
        """Whether the embedded Postgres is used: no DATABASE_URL is set."""
        return self.settings.database_url is None

    @property
    def own_kafka(self) -> bool:
        """Whether the embedded Kafka is used: no KAFKA_BOOTSTRAP is set."""
        return self.settings.kafka_bootstrap is None

    def create(self) -> None:
        """Create the folders; raises SettingsError where the path is too long for a socket."""
        if len(str(self.socket)) > LONGEST_SOCKET:
            raise SettingsError([f"DESK_HOME: {self.home} is too long a path for a Unix socket; choose a shorter one"])
        self.logs.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o711)


def private_file(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)


def filled(template: str, **values: object) -> str:
    """Return a template of this package with its ``$names`` filled in; raises KeyError for one without a value."""
    return Template((TEMPLATES / template).read_text()).substitute(values)
