from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.shard_cash import ShardCash
from kalshi_desk.domain.units import Cash

FIFTY = {0: Cash.parse("30"), 2: Cash.parse("20")}
TOTAL = Cash.parse("50")


def told(seen=()):
    cash = ShardCash()
    cash.told(TOTAL, FIFTY, seen=seen)
    return cash


def test_nobody_knows_before_the_venue_has_told():
    assert ShardCash().free(0) is None


def test_each_shard_has_its_own_and_one_not_named_has_nothing():
    assert [told().free(shard) for shard in (0, 2, 3)] == [Cash.parse("30"), Cash.parse("20"), 0]


def test_where_no_shard_is_named_the_total_is_everywhere():
    cash = ShardCash()
    cash.told(TOTAL, {}, seen=())
    assert cash.free(2) == TOTAL


def test_what_was_approved_since_is_spent_until_the_venue_has_it():
    cash = told()
    cash.spend("a", 2, Cash.parse("15"))
    cash.spend("a", 2, Cash.parse("15"))
    cash.spend("b", None, Cash.parse("1"))
    assert (cash.free(2), cash.free(0), cash.spent) == (Cash.parse("4"), Cash.parse("29"), {"a", "b"})
    cash.spend("c", 2, Cash.parse("100"))
    assert cash.free(2) == 0
    cash.told(TOTAL, {2: Cash.parse("5")}, seen={"a", "c"})
    assert (cash.free(2), cash.spent) == (Cash.parse("4"), {"b"})


@given(st.lists(st.tuples(st.sampled_from([0, 2, None]), st.integers(0, 10**7))))
def test_no_more_is_approved_than_a_shard_holds(wishes):
    cash, spent = told(), {0: 0, 2: 0}
    for number, (shard, cost) in enumerate(wishes):
        where = (0, 2) if shard is None else (shard,)
        if all(cost <= cash.free(each) for each in where):
            cash.spend(str(number), shard, Cash(cost))
            for each in where:
                spent[each] += cost
    assert all(spent[shard] <= FIFTY[shard] for shard in FIFTY)


def test_a_negative_balance_is_no_cash():
    cash = ShardCash()
    cash.told(Cash.parse("-3"), {0: Cash.parse("-3"), 2: Cash.parse("1")}, seen=())
    assert [cash.free(shard) for shard in (0, 2)] == [0, Cash.parse("1")]
