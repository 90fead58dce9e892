import asyncio
import json

import pytest

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.topics import CRYPTO_INPUTS, REFUSALS
from kalshi_desk.cli import main
from kalshi_desk.domain.decisions import Refusal
from kalshi_desk.domain.message import encode
from tests.domain.messages import DECISIONS
from tests.kafka_broker import COINS

REFUSAL = next(message for message in DECISIONS if isinstance(message, Refusal))
pytestmark = pytest.mark.embedded


@pytest.fixture
def filled(broker: Broker, database: str, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KAFKA_BOOTSTRAP", broker.bootstrap)
    monkeypatch.setenv("DATABASE_URL", database)

    async def fill() -> None:
        publisher = await Publisher(broker, COINS).start()
        for ticker in ("KXA", "KXB", "KXA"):
            await publisher.publish(REFUSALS, ticker, REFUSAL)
        await publisher.stop()

    asyncio.run(fill())
    return tmp_path


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["topics", *arguments])
    out, err = capsys.readouterr()
    return ended.value.code, out.splitlines(), err


def test_the_list_has_every_topic(filled, capsys) -> None:
    code, lines, _ = run(capsys, "list")
    found = next(line.split() for line in lines if line.startswith("refusals.v1"))
    assert (code, found[:3], found[4:]) == (0, ["refusals.v1", "ticker", "4"], ["24", "h"])
    assert any(line.startswith("signals.v1") for line in lines)


def test_an_export_has_every_record_unchanged(filled, capsys) -> None:
    target = filled / "x.jsonl"
    code, _, err = run(capsys, "export", str(target), "--topic", REFUSALS.name)
    raw = target.read_bytes().splitlines()
    lines = [json.loads(line) for line in raw]
    assert code == 0
    assert [line for line in err.splitlines() if line.startswith(f"{len(lines)} ")], err  # beside what Kafka logs
    places = [(line["partition"], line["offset"]) for line in lines]
    assert len(set(places)) == len(places) >= 3
    own = [line for line, read in zip(raw, lines, strict=True) if read["key"] in ("KXA", "KXB")]
    assert len(own) >= 3
    assert all(encode(REFUSAL) in line for line in own)


def test_a_window_of_time_bounds_an_export(filled, capsys) -> None:
    target = filled / "x.jsonl"
    code, _, _ = run(capsys, "export", str(target), "--topic", "refusals", "--to", "2020-01-01T00:00:00Z")
    assert (code, target.read_bytes()) == (0, b"")


def test_the_tail_of_one_key(filled, capsys) -> None:
    code, lines, _ = run(
        capsys, "tail", REFUSALS.name, "--key", "KXB", "--from", "2020-01-01T00:00:00Z", "--count", "1"
    )
    [record] = map(json.loads, lines)
    assert (code, record["key"], record["value"]["reason"]) == (0, "KXB", "min_edge")


def test_lag_is_told_where_a_reader_is_known(filled, capsys) -> None:
    assert run(capsys, "lag")[0] == 0


def test_bad_input_is_one_line(filled, capsys) -> None:
    for arguments in (("tail", "nonsense"), ("export", "-", "--from", "yesterday")):
        code, _, err = run(capsys, *arguments)
        assert (code, err.count("\n")) == (2, 1)
        assert err.startswith("kalshi-desk: ")


def test_crypto_inputs_are_exported_unless_told_otherwise(filled, capsys) -> None:
    target = filled / "x.jsonl"
    run(capsys, "export", str(target))
    assert all(json.loads(line)["topic"] == CRYPTO_INPUTS.name for line in target.read_bytes().splitlines())
