from kalshi_desk.cli import resume
from tests.cli.desk import run


def test_everything_thrown_is_taken_back(capsys, monkeypatch) -> None:
    known = {"halt:both": {"on": True}, "pause:crypto": {"on": True}, "pause:both": {"on": False}}
    thrown: list[tuple] = []
    monkeypatch.setattr(resume, "known_switches", lambda settings: known)
    monkeypatch.setattr(
        resume, "throw", lambda settings, name, **facts: thrown.append((name, facts["scope"], facts["on"]))
    )
    monkeypatch.setattr(resume, "obeyed", lambda settings, switch: True)
    code, out, _ = run(capsys, "resume", "--reason", "looked at it")
    assert thrown == [("halt", "both", False), ("pause", "crypto", False)]
    assert (code, out) == (0, "resumed (halt both, pause crypto): looked at it\n")


def test_it_says_when_the_door_does_not_obey(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(resume, "known_switches", lambda settings: {"halt:both": {"on": True}})
    monkeypatch.setattr(resume, "throw", lambda settings, name, **facts: None)
    monkeypatch.setattr(resume, "obeyed", lambda settings, switch: False)
    code, _, err = run(capsys, "resume", "--reason", "x")
    assert (code, "kalshi-desk status" in err) == (1, True)
    monkeypatch.setenv("DESK_HOME", str(tmp_path))
    (tmp_path / "halt").touch()
    assert f"remove {tmp_path}/halt" in run(capsys, "resume", "--reason", "x")[2]


def test_there_must_be_something_to_resume(capsys, monkeypatch) -> None:
    monkeypatch.setattr(resume, "known_switches", lambda settings: {"halt:both": {"on": False}})
    code, _, err = run(capsys, "resume", "--reason", "x")
    assert (code, err) == (2, "kalshi-desk: nothing is paused, halted or flattened\n")
