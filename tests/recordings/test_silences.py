from kalshi_desk.recordings.silences import span
from tests.recordings.conftest import FIRST, at, market, write


def test_stretches_without_rows_are_found(folder):
    found = span(folder)
    assert (found.first, found.last) == (at(-5), at(951))
    assert found.silences == ((at(13), at(50)), (at(51), at(905)), (at(911), at(950)))


def test_a_recording_without_rows_has_no_span(tmp_path):
    assert span(write(tmp_path / "a", markets=[market(FIRST, 0)])) is None
