import os
import subprocess

from kalshi_desk.embedded import strays
from kalshi_desk.embedded.place import MARKER


def test_only_processes_with_this_desks_marker_are_ended(place):
    def sleeper(state):
        return subprocess.Popen(["sleep", "60"], env={**os.environ, MARKER: state}, start_new_session=True)

    ours, another = sleeper(str(place.home)), sleeper("/another/desk")
    try:
        # children of the caller count as the caller's own
        assert strays.sweep(place) == 0
        assert strays._marker(strays.psutil.Process(ours.pid)) == str(place.home)
        strays._end(strays._marked(place), strays.signal.SIGTERM)
        assert not strays.psutil.pid_exists(ours.pid)
        assert another.poll() is None
    finally:
        for process in (ours, another):
            process.kill()
            process.wait()


def test_a_pid_file_of_another_program_is_not_believed(place):
    folder = place.home / "postgres" / "data"
    folder.mkdir(parents=True)
    (folder / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert strays.left(place) == []
    (folder / "postmaster.pid").write_text("")
    assert strays.left(place) == []
