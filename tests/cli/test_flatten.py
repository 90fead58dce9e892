import pytest

from kalshi_desk.cli import flatten
from tests.cli.desk import run

LEFT = {"KXBTCD-26MAY1309-T80000": "-5.00"}


@pytest.mark.parametrize(
    ("confirmed", "left", "code"), [(True, {}, 0), (True, LEFT, 1), (False, {}, 1)]
)  # fmt: skip
def test_it_says_what_is_still_held(capsys, monkeypatch, confirmed: bool, left: dict, code: int) -> None:
    thrown: list[tuple] = []
    monkeypatch.setattr(flatten, "throw", lambda settings, name, **facts: thrown.append((name, facts)))
    monkeypatch.setattr(flatten, "obeyed", lambda settings, switch: confirmed)
    monkeypatch.setattr(flatten, "left_after", lambda settings, scope: left)
    got, out, err = run(capsys, "flatten", "--reason", "odd fills", "--scope", "crypto")
    assert thrown == [("flatten", {"scope": "crypto", "on": True, "reason": "odd fills"})]
    assert (got, "not confirmed" in err) == (code, not confirmed)
    assert ("flat (crypto): odd fills" in out) == (confirmed and not left)
    assert ("still held: -5.00 KXBTCD" in err) == bool(left)


def test_a_reason_is_needed(capsys) -> None:
    code, _, err = run(capsys, "flatten")
    assert (code, err.count("\n")) == (2, 1)
    assert "--reason" in err
