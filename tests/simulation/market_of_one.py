"""One market with a one-cent grid, and short ways to say what happens in it."""

from kalshi_desk.domain.inputs import BookChanged
from kalshi_desk.domain.market import BookSide, FeeSchedule, Market, MarketStatus, PriceRange
from kalshi_desk.domain.units import Count, Nanos, Price
from kalshi_desk.simulation.orders import SelfTrade, SimOrder, TimeInForce

CENTS = (PriceRange(Price(0), Price(10_000), Price(100)),)
NOW = Nanos(1_000)
CLOSE = Nanos(10_000)


def market(ticker="T", *, shard=2, fee_type="quadratic"):
    return Market(
        ticker=ticker,
        event_ticker="E",
        series_ticker="S",
        title="",
        category=None,
        status=MarketStatus.ACTIVE,
        open_time=Nanos(0),
        close_time=CLOSE,
        strike_type=None,
        floor_strike=None,
        cap_strike=None,
        custom_strike={},
        rules_primary="",
        rules_secondary="",
        price_ranges=CENTS,
        fee=FeeSchedule(fee_type, 10_000),
        exchange_index=shard,
        settlement_timer_s=1,
    )


def levels(text):
    """Read ``0.40x10 0.38x5``."""
    pairs = (level.split("x") for level in text.split())
    return tuple((Price.parse(price), Count.parse(count)) for price, count in pairs)


def change(version, *, yes="", no="", snapshot=False, at=NOW, ticker="T"):
    return BookChanged(
        at=at, occurred_at=at, ticker=ticker, version=version, snapshot=snapshot, yes=levels(yes), no=levels(no)
    )


def order(order_id, side, price, count, *, tif="gtc", account="a", stp="taker_at_cross", **more):
    return SimOrder(
        order_id=order_id,
        account=account,
        ticker=more.pop("ticker", "T"),
        side=BookSide(side),
        price=Price.parse(price),
        count=Count.parse(count),
        time_in_force={"gtc": TimeInForce.GTC, "ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}[tif],
        self_trade=SelfTrade(stp),
        created_at=NOW,
        **more,
    )


def filled(executions):
    """Say executions as ``1 0.50x10 taker``."""
    return [
        f"{done.order.order_id} {done.price.number:.2f}x{done.count.number:g} {'taker' if done.is_taker else 'maker'}"
        for done in executions
    ]
