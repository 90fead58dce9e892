import pytest

from kalshi_desk.domain.units import NANOS, Count, Nanos
from kalshi_desk.venue_double.api_error import ApiError
from kalshi_desk.venue_double.groups import OrderGroups


def test_a_group_stops_when_more_than_its_limit_is_matched_in_15_seconds():
    groups = OrderGroups()
    group = groups.create(Count.parse("10"), 2, "it")
    groups.join(group.group_id, "a", "it")
    groups.join(group.group_id, "b", "it")
    assert groups.filled("a", Count.parse("6"), Nanos(0)) == []
    assert groups.filled("a", Count.parse("6"), Nanos(15 * NANOS)) == []
    groups.check(group.group_id, Nanos(0), account="it")
    assert groups.filled("b", Count.parse("6"), Nanos(16 * NANOS)) == ["a", "b"]
    with pytest.raises(ApiError):
        groups.check(group.group_id, Nanos(0), account="it")


def test_orders_without_a_group_are_free_and_unknown_groups_refused():
    groups = OrderGroups()
    groups.check(None, Nanos(0), account="it")
    assert groups.filled("x", Count(1), Nanos(0)) == []
    with pytest.raises(ApiError):
        groups.find("nope", "it")


def test_groups_come_back_with_what_rests_in_them():
    groups = OrderGroups()
    group = groups.create(Count.parse("10"), 2, "it")
    for order_id in ("a", "b"):
        groups.join(group.group_id, order_id, "it")
    groups.forget(["a", "x"])
    assert groups.changed == {group.group_id}
    again = OrderGroups(groups.groups.values())
    assert again.changed == set()
    assert again.filled("a", Count.parse("11"), Nanos(0)) == []
    assert again.filled("b", Count.parse("11"), Nanos(0)) == ["b"]


def test_a_group_is_known_to_its_own_account_only():
    groups = OrderGroups()
    group = groups.create(Count.parse("10"), 2, "it")
    with pytest.raises(ApiError):
        groups.check(group.group_id, Nanos(0), account="another")
