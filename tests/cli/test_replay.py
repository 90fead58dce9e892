import json

import pytest

from kalshi_desk.cli import main
from kalshi_desk.domain.message import encode
from tests.replay.test_topics import exported
from tests.steps.test_crypto_signals import scripted


@pytest.fixture
def run(capsysbinary, tmp_path, monkeypatch):
    """Run the command in an empty folder; returns exit code, results, lines on stderr."""
    monkeypatch.chdir(tmp_path)
    for name in ("RECORDING", "FROM", "CRYPTO_SERIES", "SEED"):
        monkeypatch.delenv(name, raising=False)

    def command(*words):
        with pytest.raises(SystemExit) as stopped:
            main(["replay", *map(str, words)])
        printed = capsysbinary.readouterr()
        results = [json.loads(line) for line in printed.out.splitlines()]
        return stopped.value.code, results, printed.err.decode().splitlines()

    return command


def test_an_export_becomes_fair_values_signals_and_refusals(run, tmp_path):
    file = tmp_path / "inputs.jsonl"
    file.write_bytes(b"\n".join(exported()))
    code, results, _ = run("--topics", file)
    assert code == 0
    assert {one["kind"] for one in results} == {"fair_value", "signal", "refusal"}
    assert {one["account"] for one in results if one["kind"] == "signal"} == {"sim:synthetic:7"}
    assert all(one["ticker"] and one["at"].endswith("Z") for one in results)


def test_series_can_be_chosen(run, tmp_path):
    file = tmp_path / "inputs.jsonl"
    file.write_bytes(b"\n".join(exported()))
    assert run("--topics", file, "--series", "KXETH15M")[:2] == (0, [])


@pytest.mark.recording
def test_a_recording_prints_results_and_its_coverage(run, recordings_dir):
    code, results, lines = run(
        "--recording", recordings_dir / "kalshi_btc15m_ws_2026-05", "--from", "2026-05-13T22:25:00Z"
    )
    assert code == 0
    assert {"fair_value", "refusal"} <= {one["kind"] for one in results}
    assert [one["at"] for one in results] == sorted(one["at"] for one in results)
    assert any(line.startswith("markets played: ") for line in lines)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--recording", "nowhere"),
        ("--topics", "nowhere"),
        ("--recording", ".", "--from", "yesterday"),
        ("--recording", "."),
        ("--recording", ".", "--latency-ms", "-1"),
        ("--recording", ".", "--topics", "bad.jsonl"),
        ("--topics", "bad.jsonl"),
        ("--topics", "good.jsonl", "--from", "2026-05-13T23:40:00Z"),
        ("--topics", "good.jsonl", "--series", "KXNOSUCH"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(run, tmp_path, words):
    (tmp_path / "bad.jsonl").write_text("not a record\n")
    (tmp_path / "good.jsonl").write_bytes(exported()[0])
    code, results, lines = run(*words)
    assert (code, results) == (2, [])
    assert len(lines) == 1
    assert lines[0].startswith("kalshi-desk: ")


def test_the_script_is_whole():
    assert len(exported()) == len(scripted())
    assert all(encode(one) for one in scripted())
