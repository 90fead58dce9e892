from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import psycopg2
import pytest

from kalshi_desk.adapters.postgres.heartbeats import beat
from kalshi_desk.embedded import parts
from kalshi_desk.embedded.place import ROOT, Place
from kalshi_desk.settings import load_settings
from tests.accounts import TWO


def made(**settings):
    return Place(load_settings(_env_file=None, **settings))


def test_each_stream_app_is_a_file_and_a_part():
    files = {file.stem for file in (ROOT / "stream_apps").glob("[a-z]*.py")}
    assert files == set(parts.STREAM_APPS)
    assert files < {part.name for part in parts.all_parts(made())}


def test_what_is_given_is_not_started():
    names = {part.name for part in parts.all_parts(made(database_url="postgresql://x@y/z", kafka_bootstrap="k:1"))}
    assert not names & {"postgres", "kafka"}
    real = made(desk_mode="demo", kalshi_key_id="k", kalshi_private_key_path="k.pem")
    assert parts.venue(real) == []


def test_the_venue_plays_what_the_settings_say(tmp_path):
    (synthetic,) = parts.venue(made(seed=9, speed=10))
    assert synthetic.program.command[3:] == ("venue", "--synthetic", "--seed", "9", "--speed", "10.0", "--port", "8082")
    (recorded,) = parts.venue(made(recording=tmp_path, FROM="2026-05-13T17:14Z"))
    assert recorded.program.command[4:8] == ("--recording", str(tmp_path), "--from", "2026-05-13T17:14Z")


def test_a_changed_setting_restarts_the_apps_but_not_database_and_broker(tmp_path):
    one, other = made(desk_home=tmp_path), made(desk_home=tmp_path, crypto_min_edge=0.04)
    ground = {part.name for part in parts.ground(one)}
    for before, after in zip(parts.all_parts(one), parts.all_parts(other), strict=True):
        assert (before.program.revision == after.program.revision) == (before.name in ground)


@pytest.mark.embedded
def test_a_fresh_ready_heartbeat_is_health(database):
    place = made(database_url=database)
    assert parts.beating(place, "recorder") == "no heartbeat yet"
    with closing(psycopg2.connect(database)) as db:
        beat(db, "recorder", "starting", {})
        assert parts.beating(place, "recorder") == "it says starting"
        beat(db, "recorder", "ready", {})
        assert parts.beating(place, "recorder") is None
        db.cursor().execute("update desk.heartbeats set observed_at = now() - interval '20 s'")
        db.commit()
    assert parts.beating(place, "recorder") == "its last heartbeat is 20 s old"


def test_a_database_that_is_away_is_a_fault(place):
    assert "refused" in parts.beating(place, "recorder")


class Broken(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_an_address_must_answer_well():
    with HTTPServer(("127.0.0.1", 0), Broken) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        assert parts.answers(f"{url}/healthz") is None
        assert "503" in parts.answers(f"{url}/other")
        server.shutdown()
    assert "refused" in parts.answers(url)


def test_a_further_account_has_a_door_and_a_portfolio_of_its_own():
    alone, two = ({part.name: part for part in parts.apps(made(**given))} for given in ({}, {"accounts": TWO}))
    assert set(two) - set(alone) == {"order_execution_second", "portfolio_second"}
    program = two["order_execution_second"].program
    assert program.environment["ACCOUNT"] == "second"
    assert program.command == two["order_execution"].program.command
    assert "ACCOUNT" not in two["order_execution"].program.environment
