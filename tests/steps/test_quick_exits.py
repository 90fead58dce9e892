from kalshi_desk.domain.ledger import Settlement
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Cash, Count, Price
from kalshi_desk.steps.quick_exits import QuickExits
from tests.orders import ACCOUNT, fill, order
from tests.steps.desk import T0, later

ENTRY = order()
EXIT = order(2, action="exit")


def trade(seen, of, at, count="5"):
    told = fill(of, f"f{at}{of.action}", occurred_at=later(at), count=Count.parse(count))
    return seen.observe(told)


def trips(seen, lasting, starts):
    found = []
    for start in starts:
        assert trade(seen, ENTRY, start) is None
        found.append(trade(seen, EXIT, start + lasting))
    return found


def test_the_third_quick_exit_is_told_and_told_once():
    assert trips(QuickExits(), 300, (0, 1_000, 2_000, 3_000)) == [None, None, ENTRY.ticker, None]


def test_who_stays_longer_is_no_quick_exit():
    assert trips(QuickExits(), 300.001, range(0, 5_000, 1_000)) == [None] * 5


def test_the_clock_runs_from_the_first_contract_to_the_last():
    seen = QuickExits()
    assert trips(seen, 10, (0, 1_000)) == [None, None]
    assert trade(seen, ENTRY, 2_000, "2") is None
    assert trade(seen, ENTRY, 2_200, "3") is None
    assert trade(seen, EXIT, 2_250, "4") is None
    assert trade(seen, EXIT, 2_301, "1") is None
    assert trips(seen, 10, (3_000,)) == [ENTRY.ticker]


def test_a_no_position_is_counted_alike():
    seen = QuickExits()
    no = order(outcome=Outcome.NO), order(2, outcome=Outcome.NO, action="exit")
    found = [trade(seen, no[0], at) or trade(seen, no[1], at + 1) for at in (0, 1_000, 2_000)]
    assert found == [None, None, ENTRY.ticker]


def test_a_person_s_fills_and_unknown_positions_count_nothing():
    seen = QuickExits()
    for at in range(5):
        assert seen.observe(fill(None, f"m{at}", occurred_at=later(at))) is None
        assert trade(seen, EXIT, at) is None


def test_a_settled_market_is_forgotten():
    seen = QuickExits()
    trips(seen, 10, (0, 1_000))
    zero = Cash(0)
    seen.observe(
        Settlement(
            at=T0, occurred_at=T0, account=ACCOUNT, ticker=ENTRY.ticker, result="yes", value=Price(10_000),
            count=Count(0), cost=zero, fees=zero, revenue=zero, pnl=zero,
        )
    )  # fmt: skip
    assert trips(seen, 10, (2_000, 3_000)) == [None, None]
