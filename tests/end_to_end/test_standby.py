import pytest

from tests.end_to_end.standby import FROZEN_S, desk_with_standby, freeze


@pytest.mark.embedded
def test_a_frozen_owner_is_replaced_in_time_and_ends_when_it_wakes():
    with desk_with_standby(7) as (desk, standby):
        waits = [freeze(desk, standby) for _ in range(2)]
    assert max(waits) < FROZEN_S
