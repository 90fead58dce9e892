import json

from kalshi_desk.cli import doctor
from kalshi_desk.wiring.examination import Finding
from tests.cli.desk import run

WELL, ILL = Finding("clock", "+0.1 s"), Finding("broker", "no Kafka at 127.0.0.1:8084", "make up")


def test_all_well_is_exit_code_0(capsys, monkeypatch) -> None:
    monkeypatch.setattr(doctor, "examine", lambda settings: [WELL])
    assert run(capsys, "doctor") == (0, "ok     clock     +0.1 s\n", "")


def test_what_is_wrong_comes_with_its_remedy(capsys, monkeypatch) -> None:
    monkeypatch.setattr(doctor, "examine", lambda settings: [WELL, ILL])
    code, out, _ = run(capsys, "doctor")
    assert code == 1
    assert out.splitlines()[1:] == ["WRONG  broker    no Kafka at 127.0.0.1:8084", "                 make up"]
    code, out, _ = run(capsys, "doctor", "--json")
    assert (code, json.loads(out)[1]["remedy"]) == (1, "make up")
