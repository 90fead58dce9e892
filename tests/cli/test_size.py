import json

import pytest

from kalshi_desk.cli import main

BETS = [
    {"id": "A", "p": 0.60, "ask": "0.52", "fee": "0.0175"},
    {"id": "B", "p": 0.58, "ask": "0.50", "fee": "0.0175"},
    {"id": "C", "p": 0.35, "ask": "0.28", "fee": "0.0142"},
    {"id": "D", "p": 0.72, "ask": "0.66", "fee": "0.0158"},
    {"id": "E", "p": 0.55, "ask": "0.50", "fee": "0.0175"},
]


@pytest.fixture
def size(capsys, tmp_path, monkeypatch):
    """Run the command on a request; returns (exit code, answer, lines on stderr)."""
    monkeypatch.chdir(tmp_path)

    def run(request, bankroll="50"):
        (tmp_path / "bets.json").write_text(request if isinstance(request, str) else json.dumps(request))
        with pytest.raises(SystemExit) as stopped:
            main(["size", "--bankroll", bankroll, "--bets", "bets.json"])
        printed = capsys.readouterr()
        return stopped.value.code, json.loads(printed.out) if printed.out else None, printed.err.splitlines()

    return run


def test_the_five_bets_with_a_factor(size):
    code, answer, _ = size({"bets": BETS, "joint": {"kind": "factor", "loading": 0.6}})
    assert code == 0
    assert list(answer["stakes"].values()) == pytest.approx([0.085, 0.081, 0.050, 0.060, 0.001], abs=1e-3)
    assert answer["growth"] == pytest.approx(0.0167, abs=1e-4)


def test_a_fraction_scales_the_stakes(size):
    whole = size({"bets": BETS, "joint": {"kind": "independent"}})[1]
    quarter = size({"bets": BETS, "joint": {"kind": "independent"}, "kelly_fraction": 0.25})[1]
    expected = {name: stake / 4 for name, stake in whole["stakes"].items()}
    assert quarter["stakes"] == pytest.approx(expected, abs=1e-8)


def test_limits_are_the_forecast_desks(size):
    stakes = size({"bets": BETS, "joint": {"kind": "independent"}, "limits": True})[1]["stakes"]
    assert max(stakes.values()) == pytest.approx(0.02, abs=1e-9)
    assert sum(stakes.values()) <= 0.12 + 1e-9


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"bets": BETS, "joint": {"kind": "factor"}}, "loading"),
        ({"bets": BETS, "joint": {"kind": "cosy"}}, "unknown joint kind cosy"),
        ({"bets": BETS + BETS[:1], "joint": {"kind": "independent"}}, "one id"),
        ({"bets": [BETS[0] | {"p": 50}], "joint": {"kind": "independent"}}, "p"),
        ({"bets": [BETS[0] | {"ask": "0.99"}], "joint": {"kind": "independent"}}, "below 1"),
        ({"bets": BETS, "joint": {"kind": "exclusive"}}, "in sum"),
        ({"bets": [], "joint": {"kind": "independent"}}, "length"),
        ("no json", "malformed"),
    ],
)
def test_a_mistake_is_one_line(size, request_, said):
    code, answer, lines = size(request_)
    assert (code, answer, len(lines)) == (2, None, 1)
    assert said in lines[0]
