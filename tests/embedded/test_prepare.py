import json
import subprocess
import sys
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import psycopg2
import pytest

from kalshi_desk.embedded import prepare
from kalshi_desk.embedded.place import Place
from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import load_settings

SEGMENTS = [
    {"from_wall": "2026-01-01T00:00:00Z", "anchor_event": "2026-05-13T17:14:00Z", "speed": 10.0},
    {"from_wall": "2026-01-01T00:01:00Z", "anchor_event": "2026-05-13T18:00:00Z", "speed": 10.0},
]


class Clock(BaseHTTPRequestHandler):
    account = "sim:synthetic:7"

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"account": self.account, "segments": SEGMENTS}).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def venue(place):
    with HTTPServer(("127.0.0.1", place.port(2)), Clock) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.mark.embedded
def test_the_venues_clock_and_account_are_stored_once(database, place, venue):
    place = Place(place.settings.model_copy(update={"database_url": load_settings(database_url=database).database_url}))
    prepare.clock(place)
    prepare.clock(place)
    with closing(psycopg2.connect(database)) as db, db.cursor() as cursor:
        cursor.execute("select account, speed from desk.clock_epochs order by from_wall")
        assert cursor.fetchall() == [("sim:synthetic:7", 10.0)] * 2


def test_a_venue_that_plays_something_else_is_refused(place, venue):
    other = Place(place.settings.model_copy(update={"seed": 8}))
    with pytest.raises(SettingsError, match="plays sim:synthetic:7, not sim:synthetic:8"):
        prepare.venue_segments(other)


@pytest.mark.embedded
def test_an_empty_database_gets_the_schema(empty_database):
    prepare.schema(Place(load_settings(_env_file=None, database_url=empty_database)))
    with closing(psycopg2.connect(empty_database)) as db, db.cursor() as cursor:
        cursor.execute("select count(*) from desk.accounts")
        assert cursor.fetchone() == (0,)


def test_unknown_work_is_refused(place):
    command = [sys.executable, "-m", "kalshi_desk.embedded.prepare", "keys", "tables"]
    answer = subprocess.run(
        command, env={"DESK_HOME": str(place.home), "PATH": "/bin"}, capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == "kalshi-desk: unknown: tables; known: schema, topics, keys, airflow, clock\n"
