import uuid

import pytest

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.embedded import kafka
from kalshi_desk.embedded.place import Place
from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import load_settings


def test_every_listener_is_on_loopback(place):
    text = kafka._configured(place)
    listeners = [line for line in text.splitlines() if "listeners=" in line]
    assert listeners
    assert all(address.startswith("127.0.0.1") for line in listeners for address in line.split("://")[1:])


def test_another_port_restarts_the_broker(place):
    other = Place(load_settings(_env_file=None, desk_home=place.home, port_base=9000))
    assert kafka.program(place).revision != kafka.program(other).revision


def test_a_broker_that_is_away_is_told(place):
    assert "no answer from" in kafka.fault(Broker(f"127.0.0.1:{place.port(4)}"))


def test_a_failed_preparation_names_its_log(place):
    with pytest.raises(SettingsError, match=r"kafka-setup\.log"):
        kafka._run(("false",), place)


@pytest.mark.embedded
def test_a_cluster_id_that_begins_with_a_dash_is_no_option(place, monkeypatch):
    monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID("fbefbefb-efbe-4bef-bbef-befbefbefbef"))
    place.create()
    kafka.prepare(place)
    assert "cluster.id=--" in (kafka._records(place) / "meta.properties").read_text()
