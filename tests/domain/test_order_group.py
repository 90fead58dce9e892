import pytest

from kalshi_desk.domain.order_group import OrderGroup


def test_a_new_group_takes_orders_and_never_changes_in_place():
    group = OrderGroup(desk="crypto", exchange_index=2, group_id="g", contracts=100)
    assert not group.stopped
    with pytest.raises(AttributeError):
        group.stopped = True
