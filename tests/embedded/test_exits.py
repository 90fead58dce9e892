import pytest

from kalshi_desk.embedded.exits import exit_code
from kalshi_desk.errors import DeskError, SettingsError


def raising(fault):
    def command():
        raise fault

    return command


def test_each_settings_fault_is_one_line(capsys):
    assert exit_code(raising(SettingsError(["one", "two"]))) == 2
    assert capsys.readouterr().err == "kalshi-desk: one\nkalshi-desk: two\n"


def test_an_expected_fault_is_one_line(capsys):
    assert exit_code(raising(DeskError("kafka is not healthy"))) == 2
    assert capsys.readouterr().err == "kalshi-desk: kafka is not healthy\n"


def test_a_fault_of_ours_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        exit_code(raising(ZeroDivisionError()))


def test_what_the_command_returns_is_the_exit_code():
    assert exit_code(lambda: 1) == 1
    assert exit_code(lambda: None) == 0
