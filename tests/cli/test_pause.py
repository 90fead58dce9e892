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


def test_a_reason_may_be_left_out(capsys, monkeypatch) -> None:
    thrown = []
    monkeypatch.setattr(pause, "throw", lambda settings, name, **facts: thrown.append(facts["reason"]))
    monkeypatch.setattr(pause, "obeyed", lambda settings, switch: True)
    code, out, _ = run(capsys, "pause")
    assert (code, out, thrown) == (0, "paused (both): by hand\n", ["by hand"])
