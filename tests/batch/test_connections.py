import json

from kalshi_desk.batch.connections import DeskConnections


def test_the_broker_is_read_from_the_settings_each_time(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    backend = DeskConnections()
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "one:9092")
    assert extra(backend)["bootstrap.servers"] == "one:9092"
    for name, value in {"SECURITY_PROTOCOL": "SASL_SSL", "USERNAME": "desk", "PASSWORD": "secret"}.items():
        monkeypatch.setenv(f"KAFKA_{name}", value)
    assert (extra(backend)["sasl.username"], extra(backend)["sasl.password"]) == ("desk", "secret")


def extra(backend):
    told = json.loads(backend.get_conn_value("kafka_default"))
    assert told["conn_type"] == "kafka"
    assert (told["extra"]["enable.auto.commit"], told["extra"]["auto.offset.reset"]) == (False, "latest")
    return told["extra"]


def test_it_hands_out_nothing_else(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    backend = DeskConnections()
    assert backend.get_conn_value("openai") is None
    assert backend.get_variable("OPENAI_API_KEY") is None
