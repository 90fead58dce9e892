"""Small builders of crypto inputs for the tests; times are seconds from the open of one 15-minute BTC market."""

from kalshi_desk.domain.inputs import BookChanged, FeedAlive, IndexValue, MarketDefined, SpotTrade
from kalshi_desk.domain.limits import DeskLimits, Limit, Share
from kalshi_desk.domain.market import FeeSchedule, Market, MarketStatus, PriceRange
from kalshi_desk.domain.units import NANOS, Count, IndexPrice, Nanos, Price, Quantity
from kalshi_desk.steps.crypto_signals import CryptoParams

OPEN = Nanos.parse("2026-05-13T16:00:00Z")
CLOSE = Nanos.parse("2026-05-13T16:15:00Z")
TICKER = "KXBTC15M-26MAY131215-15"
CENTS = (PriceRange(Price(0), Price(10_000), Price(100)),)


def at(seconds):
    return Nanos(OPEN + round(seconds * NANOS))


def up_down(**fields):
    chosen = {
        "ticker": TICKER,
        "event_ticker": "KXBTC15M-26MAY131215",
        "series_ticker": "KXBTC15M",
        "title": "BTC price up in next 15 mins?",
        "category": "Crypto",
        "status": MarketStatus.ACTIVE,
        "open_time": OPEN,
        "close_time": CLOSE,
        "strike_type": "greater_or_equal",
        "floor_strike": IndexPrice.parse("64000"),
        "cap_strike": None,
        "custom_strike": {"round_digits": "2"},
        "rules_primary": (
            "If the simple average of the sixty one-second values of the CF Benchmarks Real-Time Index BRTI in the "
            "minute before the close is at least 64000, the market resolves to Yes."
        ),
        "rules_secondary": "",
        "price_ranges": CENTS,
        "fee": FeeSchedule("quadratic", 10_000),
        "exchange_index": 2,
        "settlement_timer_s": 1,
    }
    return Market(**(chosen | fields))


def defined(seconds, **fields):
    return MarketDefined(at=at(seconds), market=up_down(**fields))


def trade(seconds, price, venue="coinbase", size="0.1"):
    quantity = None if size is None else Quantity.parse(size)
    return SpotTrade(
        at=at(seconds),
        occurred_at=at(seconds),
        underlying="BTC",
        venue=venue,
        price=IndexPrice.parse(f"{price:.8f}"),
        size=quantity,
        trade_id=f"{venue}-{seconds}",
    )


def index(seconds, price, *, mean=None, count=None, end=None):
    return IndexValue(
        at=at(seconds),
        occurred_at=at(seconds),
        underlying="BTC",
        index_id="BRTI",
        value=IndexPrice.parse(f"{price:.8f}"),
        window_mean=None if mean is None else IndexPrice.parse(f"{mean:.8f}"),
        window_count=count,
        window_end=end,
    )


def book(seconds, bid, ask, *, version=1, snapshot=True, size="25"):
    """A book with one level a side, in YES terms."""
    count = Count.parse(size)
    return BookChanged(
        at=at(seconds),
        occurred_at=at(seconds),
        ticker=TICKER,
        version=version,
        snapshot=snapshot,
        yes=((Price.parse(bid), count),) if bid else (),
        no=((Price.parse(ask).complement, count),) if ask else (),
    )


def alive(seconds):
    return FeedAlive(at=at(seconds), source="kalshi")


def limits():
    share = Limit(Share.parse("0.01"))
    return DeskLimits(
        min_edge=0.03,
        fractional_kelly=0.25,
        max_risk_per_trade=share,
        max_total_risk=share,
        max_daily_loss=share,
        max_position_contracts=Count.parse("100"),
        max_entries_per_day=48,
        min_entry_price=Price.parse("0.03"),
        max_entry_price=Price.parse("0.97"),
        exits=frozenset({"sell_dear"}),
    )


def params(**fields):
    chosen = {"account": "sim:test:1", "series": frozenset({"KXBTC15M"}), "limits": limits(), "min_venues": 1}
    return CryptoParams(**(chosen | fields))
