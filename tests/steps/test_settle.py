import pytest

from kalshi_desk.domain.ledger import Position
from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.steps.settle import disagreement, final_value, settlement_of
from kalshi_desk.wire.kalshi_portfolio import SettlementBody
from tests.orders import ACCOUNT, NOW, TICKER


def _position(count: str, cost: str, owner: str = "desk", realized: str = "0") -> Position:
    return Position(
        at=NOW, account=ACCOUNT, ticker=TICKER, owner=owner, count=Count.parse(count), cost=Cash.parse(cost),
        fees=Cash.parse("0.05"), realized=Cash.parse(realized),
    )  # fmt: skip


def test_only_a_final_market_has_a_value() -> None:
    assert final_value(status=MarketStatus.DETERMINED, result="yes", settlement_value=Price(10_000)) is None
    assert final_value(status=MarketStatus.FINALIZED, result="yes", settlement_value=None) == Price(10_000)
    assert final_value(status=MarketStatus.FINALIZED, result="no", settlement_value=None) == Price(0)
    assert final_value(status=MarketStatus.FINALIZED, result="scalar", settlement_value=Price(2_500)) == Price(2_500)
    assert final_value(status=MarketStatus.FINALIZED, result="scalar", settlement_value=None) is None


@pytest.mark.parametrize(
    ("value", "revenue", "pnl"), [(10_000, "5", "2.95"), (0, "0", "-2.05"), (2_500, "1.25", "-0.8")]
)
def test_yes_pays_the_value(value: int, revenue: str, pnl: str) -> None:
    got = settlement_of([_position("5", "2")], ticker=TICKER, result="x", value=Price(value), at=NOW, account=ACCOUNT)
    assert (got.revenue, got.pnl) == (Cash.parse(revenue), Cash.parse(pnl))


def test_no_pays_the_rest_and_owners_add_up() -> None:
    positions = [_position("-5", "3", realized="0.5"), _position("-1", "0.7", owner="manual")]
    got = settlement_of(positions, ticker=TICKER, result="no", value=Price(0), at=NOW, account=ACCOUNT)
    assert (got.count, got.cost, got.revenue) == (Count.parse("-6"), Cash.parse("3.7"), Cash.parse("6"))
    assert got.pnl == Cash.parse("2.7")


@pytest.mark.parametrize(("value", "revenue"), [(10_000, "6"), (0, "0"), (2_500, "1.5")])
def test_what_a_person_holds_against_the_desk_was_paid_before(value: int, revenue: str) -> None:
    """The venue nets at once: the end pays for what is left, while each owner has his own result."""
    positions = [_position("10", "6"), _position("-4", "1.5", owner="manual")]
    got = settlement_of(positions, ticker=TICKER, result="x", value=Price(value), at=NOW, account=ACCOUNT)
    assert (got.count, got.revenue) == (Count.parse("6"), Cash.parse(revenue))
    assert got.pnl == got.revenue + Cash.parse("4") - Cash.parse("7.5") - Cash.parse("0.1")


def _told(result: str, cents: int) -> SettlementBody:
    zero = Cash(0)
    return SettlementBody(TICKER, "E", result, Count(500), zero, Count(0), zero, cents, Nanos(NOW), zero)


def test_the_venue_tells_whole_cents() -> None:
    assert disagreement(_told("yes", 1), result="yes", revenue=Cash.parse("0.0125")) is None
    assert disagreement(_told("yes", 500), result="yes", revenue=Cash.parse("4.99")) is not None
    assert disagreement(_told("no", 500), result="yes", revenue=Cash.parse("5")) == "result no, ours yes"
