import pytest

from kalshi_desk.cli import halt
from tests.cli.desk import run


@pytest.mark.parametrize(("confirmed", "code"), [(True, 0), (False, 1)])
def test_it_says_whether_the_door_obeys(capsys, monkeypatch, confirmed: bool, code: int) -> None:
    thrown: list[tuple] = []
    monkeypatch.setattr(halt, "throw", lambda settings, name, **facts: thrown.append((name, facts)))
    monkeypatch.setattr(halt, "obeyed", lambda settings, switch: confirmed)
    monkeypatch.setattr(halt, "stop_groups", lambda settings, scope: (1, 2))
    got, out, err = run(capsys, "halt", "--reason", "odd fills", "--scope", "crypto")
    assert thrown == [("halt", {"scope": "crypto", "on": True, "reason": "odd fills"})]
    assert ("stopped 1 of 2 order groups" in err) is not confirmed
    assert (got, "halted (crypto): odd fills" in out, "not confirmed" in err) == (code, confirmed, not confirmed)


def test_a_reason_is_needed(capsys) -> None:
    code, _, err = run(capsys, "halt")
    assert (code, err.count("\n")) == (2, 1)
    assert "--reason" in err
