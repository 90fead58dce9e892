import json

import pytest

from kalshi_desk.cli import main


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["fee", *arguments])
    return ended.value.code, *capsys.readouterr()


def fee(capsys, line):
    code, out, err = run(capsys, *line.split())
    assert (code, err) == (0, "")
    return json.loads(out)


@pytest.mark.parametrize(
    ("line", "trade", "net", "change"),
    [
        ("--price 0.50 --count 1 --role taker", "0.017500", "0.017500", "-0.517500"),
        ("--price 0.71 --count 1 --role taker", "0.014413", "0.014500", "-0.724500"),
        ("--price 0.43 --count 5 --role taker", "0.085785", "0.085800", "-2.235800"),
        ("--price 0.953 --count 10 --role taker", "0.031354", "0.031400", "-9.561400"),
        ("--price 0.417 --count 2.37 --role taker", "0.040333", "0.040410", "-1.028700"),
        ("--price 0.50 --count 100 --role taker", "1.750000", "1.750000", "-51.750000"),
        (
            "--price 0.50 --count 100 --role maker --fee-type quadratic_with_maker_fees",
            "0.437500",
            "0.437500",
            "-50.437500",
        ),
        ("--price 0.055 --count 1 --role taker --align 0.01", "0.003639", "0.005000", "-0.060000"),
        ("--price 0.50 --count 1 --role taker --multiplier 0.5", "0.008750", "0.008800", "-0.508800"),
        ("--price 0.50 --count 1 --role maker", "0.000000", "0.000000", "-0.500000"),
    ],
)
def test_the_fee_as_the_venue_books_it(capsys, line, trade, net, change):
    assert fee(capsys, line) == {"trade_fee": trade, "net_fee": net, "balance_change": change}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--price 0 --count 1 --role taker", "--price"),
        ("--price 1 --count 1 --role taker", "--price"),
        ("--price -0.5 --count 1 --role taker", "--price"),
        ("--price 0.12345 --count 1 --role taker", "more than 4 decimals"),
        ("--price NaN --count 1 --role taker", "not a decimal number"),
        ("--price inf --count 1 --role taker", "not a decimal number"),
        ("--price 0.5 --count 0 --role taker", "--count"),
        ("--price 0.5 --count -1 --role taker", "--count"),
        ("--price 0.5 --count 1.001 --role taker", "more than 2 decimals"),
        ("--price 0.5 --count 1 --role broker", "broker"),
        ("--price 0.5 --count 1", "--role"),
        ("--price 0.5 --count 1 --role taker --fee-type flat", "unknown fee type 'flat'"),
        ("--price 0.5 --count 1 --role taker --multiplier -1", "--multiplier"),
        ("--price 0.5 --count 1 --role taker --align 0.001", "0.001"),
        ("--price 0.5 --count 1 --role taker --colour red", "--colour"),
        ("--price 0.5 --count 1 --role taker more", "more"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(capsys, line, says):
    code, out, err = run(capsys, *line.split())
    assert (code, out) == (2, "")
    assert err.startswith("kalshi-desk: ")
    assert err.count("\n") == 1
    assert says in err
