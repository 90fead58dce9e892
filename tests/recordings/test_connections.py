from kalshi_desk.recordings.connections import scan
from kalshi_desk.recordings.folder import Recording
from tests.recordings.conftest import FIRST, SECOND, delta, market, snapshot, write


def chosen(folder, ticker=FIRST):
    one = scan(Recording(folder)).chosen(ticker)
    return None if one is None else one.run_id


def test_the_longest_whole_connection_stands_for_the_market(folder):
    assert chosen(folder) == 1
    assert chosen(folder, SECOND) is None


def test_a_hole_in_the_numbers_makes_a_connection_unusable(tmp_path):
    deltas = [delta(1, "yes", 4000, 1, 2), delta(2, "yes", 4000, 1, 4), delta(3, "yes", 4000, 1, 5)]
    other = [delta(1, "yes", 4000, 1, 2, run=2)]
    snapshots = [snapshot(1, [], []), snapshot(1, [], [], run=2)]
    folder = write(tmp_path / "a", markets=[market(FIRST, 0)], deltas=deltas + other, snapshots=snapshots)
    assert chosen(folder) == 2


def test_of_equals_the_lowest_run_is_read(tmp_path):
    deltas = [delta(1, "yes", 4000, 1, 2, run=5), delta(1, "yes", 4000, 1, 2, run=4)]
    snapshots = [snapshot(1, [], [], run=5), snapshot(1, [], [], run=4)]
    assert chosen(write(tmp_path / "a", markets=[market(FIRST, 0)], deltas=deltas, snapshots=snapshots)) == 4


def test_a_sequence_that_goes_back_is_no_connection(tmp_path):
    deltas = [delta(1, "yes", 4000, 1, 2), delta(2, "yes", 4000, 1, 2)]
    folder = write(tmp_path / "a", markets=[market(FIRST, 0)], deltas=deltas, snapshots=[snapshot(1, [], [])])
    assert chosen(folder) is None
