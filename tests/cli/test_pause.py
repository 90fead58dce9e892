import pytest

from kalshi_desk.cli import pause
from tests.cli.desk import run


@pytest.mark.parametrize(("confirmed", "code"), [(True, 0), (False, 1)])
def test_it_says_whether_the_door_obeys(capsys, monkeypatch, confirmed: bool, code: int) -> None:
    thrown: list[tuple] = []
    monkeypatch.setattr(pause, "throw", lambda settings, name, **facts: thrown.append((name, facts)))
    monkeypatch.setattr(pause, "obeyed", lambda settings, switch: confirmed)
    got, out, err = run(capsys, "pause", "--reason", "odd fills", "--scope", "crypto")
    assert thrown == [("pause", {"scope": "crypto", "on": True, "reason": "odd fills"})]
    assert (got, "paused (crypto): odd fills" in out, "not confirmed" in err) == (code, confirmed, not confirmed)


def test_a_reason_is_needed(capsys) -> None:
    code, _, err = run(capsys, "pause")
    assert (code, err.count("\n")) == (2, 1)
    assert "--reason" in err
