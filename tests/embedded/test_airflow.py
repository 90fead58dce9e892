import json
from configparser import ConfigParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from kalshi_desk.batch.connections import DeskConnections
from kalshi_desk.embedded import airflow
from kalshi_desk.embedded.place import Place
from kalshi_desk.settings import load_settings


def test_password_and_secrets_are_made_once_and_private(place):
    airflow._configure(place)
    first = (place.home / "airflow" / "airflow.cfg").read_text()
    airflow._configure(place)
    assert (place.home / "airflow" / "airflow.cfg").read_text() == first
    for name in ("airflow-password", "airflow/airflow.cfg", "airflow/passwords.json", "airflow/jwt-secret"):
        assert (place.home / name).stat().st_mode & 0o777 == 0o600
    assert json.loads((place.home / "airflow" / "passwords.json").read_text()) == {"admin": airflow.password(place)}


def test_the_configuration_is_lean_local_and_without_examples(place):
    parser = ConfigParser()
    parser.read_string(airflow._configured(place))
    assert parser["core"]["executor"] == "LocalExecutor"
    assert parser["core"]["load_examples"] == "False"
    assert parser["api"]["host"] == "127.0.0.1"
    assert parser["api"]["port"] == str(place.port(1))
    assert f"@127.0.0.1:{place.port(3)}/airflow" in parser["database"]["sql_alchemy_conn"]


def test_a_given_server_holds_airflows_database_too():
    given = Place(load_settings(_env_file=None, database_url="postgresql://desk:p%40w@db:5432/desk"))
    assert airflow.database_url(given) == "postgresql+psycopg2://desk:p%40w@db:5432/airflow"


def test_changed_settings_restart_all_four(place):
    one, other = airflow.programs(place, "a"), airflow.programs(place, "b")
    assert [program.name for program in one] == list(airflow.PROCESSES)
    assert all(a.revision != b.revision for a, b in zip(one, other, strict=True))


class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = {name: {"status": "healthy"} for name in ("metadatabase", "scheduler", "dag_processor")}
        body = json.dumps({**parts, "triggerer": {"status": None}}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def api(place):
    server = HTTPServer(("127.0.0.1", place.port(1)), Health)
    Thread(target=server.serve_forever, daemon=True).start()
    yield
    server.shutdown()
    server.server_close()


def test_health_is_asked_for_each_process(place, api):
    assert airflow.fault(place, "airflow-scheduler") is None
    assert airflow.fault(place, "airflow-triggerer") == "Airflow calls it None"


def test_a_silent_api_server_is_a_fault(place):
    assert "does not answer" in airflow.fault(place, "airflow-scheduler")


def test_runs_cover_whole_periods_and_keys_come_from_the_settings(place):
    parser = ConfigParser()
    parser.read_string(airflow._configured(place))
    assert parser["scheduler"]["create_delta_data_intervals"] == "True"
    assert parser["scheduler"]["create_cron_data_intervals"] == "True"
    backend = parser["secrets"]["backend"]
    assert backend == f"{DeskConnections.__module__}.{DeskConnections.__qualname__}"


def test_what_asks_outside_has_a_pool_and_fits_the_workers(place):
    parser = ConfigParser()
    parser.read_string(airflow._configured(place))
    assert set(airflow.POOLS) == {"models", "venue", "news"}
    assert airflow.POOLS["models"]["slots"] < int(parser["core"]["parallelism"])
