import pytest

from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Count, Nanos, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.simulation.orders import Taken
from kalshi_desk.venue_double.store import Store

ROW = Taken(Outcome.YES, Price(4_000), Count(100))


def test_rows_survive_and_accounts_do_not_mix(tmp_path):
    store = Store(tmp_path / "v.sqlite", "a")
    with store.transaction():
        store.put_fact("now", Nanos(5))
        store.put_order("1", ROW)
        store.put_events("fill", 0, [ROW, ROW])
        store.put_client_id("x")
    store.close()
    again, other = Store(tmp_path / "v.sqlite", "a"), Store(tmp_path / "v.sqlite", "b")
    assert again.fact("now") == b'"1970-01-01T00:00:00.000000005Z"'
    assert again.orders(Taken) == [ROW]
    assert again.events("fill", Taken) == [ROW, ROW]
    assert again.client_ids() == {"x"}
    assert again.facts("no") == [again.fact("now")]
    assert (other.fact("now"), other.orders(Taken), other.client_ids()) == (None, [], set())
    again.close()
    other.close()


def test_a_value_can_be_taken_out(tmp_path):
    store = Store(tmp_path / "v.sqlite", "a")
    store.put_fact("now", Nanos(5))
    store.drop_fact("now")
    assert store.fact("now") is None
    store.close()


def half_written(store):
    with store.transaction():
        store.put_order("1", ROW)
        raise ParseError("test", "half")


def test_a_failed_transaction_leaves_nothing(tmp_path):
    store = Store(tmp_path / "v.sqlite", "a")
    with pytest.raises(ParseError, match="half"):
        half_written(store)
    assert store.orders(Taken) == []
    store.close()
