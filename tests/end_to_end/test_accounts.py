import pytest

from tests.end_to_end.accounts import SECOND, desk_of_two, play


@pytest.mark.embedded
def test_two_accounts_share_exactly_and_one_trades_on_when_the_others_key_is_revoked():
    with desk_of_two(7, "5") as desk:
        found = play(desk, wall_s=120)
        assert found.signals
        assert all(found.ordered.values())
        assert f"{desk.account(SECOND)}: trading" in desk.cli("status")
