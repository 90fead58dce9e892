import pytest

from tests.end_to_end.kills import PARTS, desk_with_faults, kills, strike


def test_a_kill_depends_on_seed_and_index_alone():
    assert list(kills(7, 3, 4)) == list(kills(7, 0, 7))[3:]
    assert list(kills(7, 0, 5)) != list(kills(8, 0, 5))
    assert {kill.part for kill in kills(7, 0, 200)} == set(PARTS)


@pytest.mark.embedded
def test_ledger_and_venue_agree_after_each_of_ten_kills():
    with desk_with_faults(7) as desk:
        took = [strike(desk, kill) for kill in kills(7, 0, 10)]
    assert len(took) == 10
