import os
import subprocess
import sys

import click
import pytest

from kalshi_desk import cli
from kalshi_desk.errors import SettingsError


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    return ended.value.code, *capsys.readouterr()


def names():
    return cli.group.list_commands(click.Context(cli.group))


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_lists_the_files_of_the_package(capsys, arguments):
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    assert "fee" in names()
    assert all(f"  {name} " in out for name in names())


@pytest.mark.parametrize("name", names())
def test_every_subcommand_has_help(capsys, name):
    code, out, err = run(capsys, name, "--help")
    assert (code, err) == (0, "")
    assert f"kalshi-desk {name}" in out


@pytest.mark.parametrize("arguments", [["nothing"], ["--nothing"], ["__init__"]])
def test_an_unknown_subcommand_is_one_line_and_exit_code_2(capsys, arguments):
    code, out, err = run(capsys, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("kalshi-desk: No such ")


def failing(error):
    @click.command()
    def command():
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (SettingsError(["A: is missing", "B:\nis wrong"]), 2, "kalshi-desk: A: is missing; B: is wrong\n"),
        (click.UsageError("two\nlines"), 2, "kalshi-desk: two lines\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors_of_the_desk_are_one_line(capsys, monkeypatch, error, code, line):
    monkeypatch.setitem(cli.group.commands, "failing", failing(error))
    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda group, _, name: group.commands.get(name))
    assert run(capsys, "failing")[0] == code
    with pytest.raises(SystemExit):
        cli.main(["failing"])
    assert line in capsys.readouterr().err


def test_a_subcommand_ends_with_the_status_that_it_returns(capsys, monkeypatch):
    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: click.Command("x", callback=lambda: 3))
    assert run(capsys, "x")[0] == 3


def test_a_reader_that_leaves_is_no_traceback():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "kalshi_desk", "--help"], stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert "Traceback" not in done.stderr


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "kalshi_desk", "fee", "--price", "0.5", "--count", "1", "--role", "maker"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == '{"trade_fee":"0.000000","net_fee":"0.000000","balance_change":"-0.500000"}\n'
