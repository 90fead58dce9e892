import json
import math

import pytest

from kalshi_desk.cli import main
from kalshi_desk.domain.crypto.digital import Averaging, p_above

UP_DOWN = {"series": "KXBTC15M", "spot": "64000", "strike": "64100", "sigma": "0.5", "seconds-left": "600"}


@pytest.fixture
def price(capsys):
    """Run the command; returns (exit code, answer, lines on stderr)."""

    def run(**changes):
        options = {k: v for k, v in (UP_DOWN | {k.replace("_", "-"): v for k, v in changes.items()}).items() if v}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        with pytest.raises(SystemExit) as stopped:
            main(["price", *words])
        printed = capsys.readouterr()
        answer = json.loads(printed.out) if printed.out else None
        return stopped.value.code, answer, printed.err.splitlines()

    return run


def test_an_up_down_market(price):
    code, answer, _ = price()
    assert code == 0
    expected = p_above(spot=64_000, strike=64_100, sigma=0.5, window=Averaging(600.0))
    assert answer["p_yes"] == pytest.approx(expected, abs=1e-15)


def test_with_prints_known(price):
    _, answer, _ = price(seconds_left="30.5", fixed_count="30", fixed_sum="1920300")
    expected = p_above(spot=64_000, strike=64_100, sigma=0.5, window=Averaging(30.5, 1_920_300.0, 30))
    assert answer["p_yes"] == pytest.approx(expected, abs=1e-15)


def test_a_band_is_a_difference(price):
    _, band, _ = price(series="KXBTC", strike="63950", cap="64049.99")
    low, high = (price(series="KXBTCD", strike=level)[1]["p_yes"] for level in ("63950", "64049.99"))
    assert band["p_yes"] == pytest.approx(low - high, abs=1e-15)


@pytest.mark.parametrize(
    ("series", "total", "p_yes"),
    [
        ("KXBTC15M", "3846000", 1.0),  # the mean equals the strike
        ("KXBTC15M", "3845999.7", 1.0),  # 64,099.995 rounds up to it
        ("KXBTC15M", "3845999.6", 0.0),
        ("KXBTCD", "3846000", 0.0),  # strictly above
        ("KXBTCD", "3846000.06", 1.0),
        ("KXETHD", "3845999.9", 0.0),
    ],
)
def test_the_complete_window_is_compared(price, series, total, p_yes):
    code, answer, _ = price(series=series, seconds_left="0", fixed_count="60", fixed_sum=total)
    assert (code, answer["p_yes"]) == (0, p_yes)


@pytest.mark.parametrize(
    "changes",
    [
        {"series": "KXNOSUCH"},
        {"series": "KXBTC"},
        {"series": "KXBTC", "cap": "64100"},
        {"cap": "65000"},
        {"seconds_left": "58.9"},
        {"seconds_left": "-1"},
        {"seconds_left": "29.9", "fixed_count": "29", "fixed_sum": "1856000"},
        {"fixed_count": "1", "fixed_sum": "64000"},
        {"seconds_left": "60", "fixed_count": "1", "fixed_sum": "64000"},
        {"seconds_left": "40", "fixed_count": "20"},
        {"seconds_left": "600", "fixed_sum": "64000"},
        {"seconds_left": "0", "fixed_count": "61", "fixed_sum": "64000"},
        {"spot": "0"},
        {"spot": "-5"},
        {"spot": "nan"},
        {"strike": "much"},
        {"strike": "0"},
        {"sigma": "0"},
        {"sigma": "inf"},
        {"sigma": "1e400"},
        {"spot": "1e-400"},
        {"seconds_left": "1e400"},
        {"sigma": None},
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(price, changes):
    code, answer, lines = price(**changes)
    assert (code, answer) == (2, None)
    assert len(lines) == 1
    assert lines[0].startswith("kalshi-desk: ")


def test_extreme_numbers_stay_probabilities(price):
    for changes in ({"sigma": "1e-12"}, {"sigma": "1e9"}, {"spot": "1e300"}, {"strike": "1e-300"}):
        code, answer, _ = price(**changes)
        assert code == 0
        assert math.isfinite(answer["p_yes"])
        assert 0.0 <= answer["p_yes"] <= 1.0
