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
        ({"bets": [BETS[0] | {"p": 1}], "joint": {"kind": "independent"}}, "p"),
        ({"bets": [BETS[0] | {"ask": "NaN"}], "joint": {"kind": "independent"}}, "finite"),
        ({"bets": [BETS[0] | {"fee": "Infinity"}], "joint": {"kind": "independent"}}, "finite"),
        ({"bets": BETS, "joint": {"kind": "factor", "loading": 1}}, "loading"),
        ({"bets": BETS, "joint": {"kind": "independent"}, "drawdown_lambda": -1}, "drawdown_lambda"),
        ("no json", "malformed"),
        ("", "truncated"),
    ],
)
def test_a_mistake_is_one_line(size, request_, said):
    code, answer, lines = size(request_)
    assert (code, answer, len(lines)) == (2, None, 1)
    assert said in lines[0]


@pytest.mark.parametrize("bankroll", ["nan", "inf", "0", "-5"])
def test_a_bankroll_that_is_none_is_one_line(size, bankroll):
    code, answer, lines = size({"bets": BETS, "joint": {"kind": "independent"}}, bankroll=bankroll)
    assert (code, answer, len(lines)) == (2, None, 1)


def test_a_bankroll_below_all_units_has_no_limits(size):
    code, _, lines = size({"bets": BETS, "joint": {"kind": "independent"}, "limits": True}, bankroll="1e-9")
    assert (code, len(lines)) == (2, 1)


@pytest.mark.parametrize(
    ("joint", "power", "total", "growth"),
    [
        ({"kind": "independent"}, 0, 0.521, 0.0291),
        ({"kind": "independent"}, 3, 0.269, 0.0220),
        ({"kind": "factor", "loading": 0.6}, 0, 0.277, 0.0167),
        ({"kind": "factor", "loading": 0.6}, 3, 0.140, 0.0126),
        ({"kind": "factor", "loading": 0.9}, 0, 0.167, 0.0110),
        ({"kind": "factor", "loading": 0.9}, 3, 0.084, 0.0083),
    ],
)
def test_every_row_of_the_table(size, joint, power, total, growth):
    answer = size({"bets": BETS, "joint": joint, "drawdown_lambda": power})[1]
    assert sum(answer["stakes"].values()) == pytest.approx(total, abs=1e-3)
    assert answer["growth"] == pytest.approx(growth, abs=1e-4)


@pytest.mark.parametrize("p", [1e-9, 0.3, 0.5374, 1 - 1e-9])
def test_one_bet_without_an_edge_gets_nothing_and_a_sure_one_nearly_all(size, p):
    answer = size({"bets": [BETS[0] | {"p": p}], "joint": {"kind": "independent"}})[1]
    assert answer["stakes"]["A"] == pytest.approx(0.0 if p < 0.99 else 0.999, abs=1e-6)


def test_exclusive_bets_that_are_all_there_is_may_be_free_money(size):
    bets = [{"id": f"B{n}", "p": 0.1, "ask": "0.08", "fee": "0"} for n in range(10)]
    answer = size({"bets": bets, "joint": {"kind": "exclusive"}})[1]
    assert sum(answer["stakes"].values()) == pytest.approx(0.999, abs=1e-6)
    assert list(answer["stakes"].values()) == pytest.approx([0.0999] * 10, abs=1e-6)
