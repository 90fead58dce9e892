"""A desk in the middle of a day: messages as the topics bring them, and rows for its tables."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from math import sin
from typing import Any

import psycopg2

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.decisions import FairValue, Refusal, Signal
from kalshi_desk.domain.inputs import BookChanged, FeedAlive, IndexValue, MarketDefined, SpotTrade
from kalshi_desk.domain.ledger import Equity, Mark
from kalshi_desk.domain.market import FeeSchedule, Market, MarketStatus, Outcome, PriceRange
from kalshi_desk.domain.message import Message, encode
from kalshi_desk.domain.units import Cash, Count, IndexPrice, Nanos, Price, Quantity, seconds

ACCOUNT = "sim:synthetic:7"
NOW = Nanos.parse("2026-11-21T14:27:31.5Z")
QUARTER, HOUR = Nanos.parse("2026-11-21T14:30:00Z"), Nanos.parse("2026-11-21T15:00:00Z")
BTC15, ETH15 = "KXBTC15M-26NOV210930-30", "KXETH15M-26NOV210930-30"
LADDER = [(f"KXBTCD-26NOV2110-T{strike}.99", f"{strike}.99") for strike in (90999, 91249, 91499, 91749)]
_CENT = (PriceRange(Price.parse("0"), Price.parse("1"), Price.parse("0.01")),)


def ago(s: float) -> Nanos:
    return Nanos(NOW - seconds(s))


def market(ticker: str, strike: str | None, kind: str = "greater_or_equal", close: Nanos = QUARTER) -> Market:
    return Market(
        ticker=ticker, event_ticker=ticker.rpartition("-")[0], series_ticker=ticker.partition("-")[0],
        title="BTC price up in next 15 mins?", category="Crypto", status=MarketStatus.ACTIVE,
        open_time=Nanos(close - seconds(3600)), close_time=close, strike_type=kind,
        floor_strike=None if strike is None else IndexPrice.parse(strike), cap_strike=None, custom_strike={},
        rules_primary="", rules_secondary="", price_ranges=_CENT, fee=FeeSchedule("quadratic", 10_000),
        exchange_index=2, settlement_timer_s=1,
    )  # fmt: skip


MARKETS = [
    market(BTC15, "91234.56"),
    market(ETH15, "3011.20"),
    *(market(ticker, strike, "greater", HOUR) for ticker, strike in LADDER),
]


def book(ticker: str, bid: str, ask: str, age_s: float = 1.0) -> BookChanged:
    no = Price.parse(ask).complement
    return BookChanged(
        at=ago(age_s), occurred_at=ago(age_s), ticker=ticker, version=1, snapshot=True,
        yes=((Price.parse(bid), Count.parse("412.50")),), no=((no, Count.parse("88")),),
    )  # fmt: skip


def fair(ticker: str, p: float, age_s: float = 0.6) -> FairValue:
    return FairValue(
        at=ago(age_s), ticker=ticker, underlying="BTC", p_yes=p, stderr=0.01, spot=IndexPrice.parse("91240"),
        strike=IndexPrice.parse("91234.56"), sigma=0.43, seconds_left=148.5, fixed_count=0, bid=None, ask=None,
        source="index", seen="120",
    )  # fmt: skip


def trade(coin: str, venue: str, price: str, age_s: float) -> SpotTrade:
    return SpotTrade(
        at=ago(age_s), occurred_at=ago(age_s), underlying=coin, venue=venue, price=IndexPrice.parse(price),
        size=Quantity.parse("0.01"), trade_id="1",
    )  # fmt: skip


def index(coin: str, value: str, mean: str | None = None) -> IndexValue:
    return IndexValue(
        at=ago(0.4), occurred_at=ago(0.5), underlying=coin, index_id=f"{coin}I", value=IndexPrice.parse(value),
        window_mean=None if mean is None else IndexPrice.parse(mean), window_count=None if mean is None else 31,
        window_end=None if mean is None else QUARTER,
    )  # fmt: skip


def mark(ticker: str, count: str, cost: str, worth: str | None, p: float | None) -> Mark:
    value = None if worth is None else Cash.parse(worth)
    return Mark(
        at=ago(0.8), account=ACCOUNT, ticker=ticker, count=Count.parse(count), cost=Cash.parse(cost), mark=value,
        sold_now=None if value is None else Cash(value - 31_300), p_yes=p,
    )  # fmt: skip


def refusal(ticker: str, reason: str, value: str, threshold: str, age_s: float) -> Refusal:
    return Refusal(
        at=ago(age_s), ticker=ticker, desk="crypto", stage="edge", reason=reason, value=value, threshold=threshold
    )


def signal(ticker: str, outcome: Outcome, age_s: float) -> Signal:
    return Signal(
        at=ago(age_s), ticker=ticker, account=ACCOUNT, desk="crypto", strategy="crypto_fair_value", decision_id="d1",
        outcome=outcome, action="enter", style="take", price=Price.parse("0.54"), shown=Count.parse("88"), q=0.612,
        stderr=0.01, edge=0.054, edge_adj=0.0512, expires_at=NOW, seen="119",
    )  # fmt: skip


def equity(at: Nanos = NOW) -> Equity:
    return Equity(
        at=Nanos(at - seconds(0.8)), account=ACCOUNT, cash=Cash.parse("47.812"), marks=Cash.parse("3.34"),
        equity=Cash.parse("51.152"), peak=Cash.parse("51.6"), today=Cash.parse("0.4321"),
        realized=Cash.parse("1.52"), fees=Cash.parse("0.3679"),
    )  # fmt: skip


PAUSE = Switch(at=ago(900), name="pause", scope="crypto", on=True, by="page", reason="watching the <b>news</b>")


def messages() -> list[Message]:
    """What the topics bring."""
    return [
        FeedAlive(at=ago(0.5), source="kalshi"),
        *(MarketDefined(at=ago(20), market=each) for each in MARKETS),
        book(BTC15, "0.53", "0.54"), book(ETH15, "0.47", "0.49"),
        *(book(t, b, a) for (t, _), (b, a) in zip(LADDER, [("0.71", "0.73"), ("0.49", "0.52"), ("0.28", "0.31"),
                                                           ("0.11", "0.13")], strict=True)),
        fair(BTC15, 0.612), fair(ETH15, 0.478), fair(LADDER[0][0], 0.722), fair(LADDER[1][0], 0.511, 40),
        index("BTC", "91240.11", "91238.02"), index("ETH", "3011.87"),
        trade("BTC", "coinbase", "91241.00", 0.4), trade("BTC", "kraken", "91239.40", 1.7),
        trade("BTC", "bitstamp", "91243.00", 14), trade("BTC", "binance", "91262.85", 0.2),
        trade("ETH", "coinbase", "3011.92", 0.9), trade("ETH", "kraken", "3011.60", 3.1),
        mark(BTC15, "4", "2.16", "2.14", 0.612), mark(LADDER[2][0], "-2", "1.42", None, None),
        equity(),
        refusal(ETH15, "min_edge", "0.004100", "0.030000", 3),
        refusal(LADDER[1][0], "index_stale", "3.100", "2.500", 41),
        refusal(BTC15, "max_risk_per_trade", "0.49", "0.51", 9),
        signal(BTC15, Outcome.YES, 12), signal(LADDER[2][0], Outcome.NO, 320),
    ]  # fmt: skip


def seed(url: str) -> None:
    """Fill a migrated database with the hour before NOW."""
    with closing(psycopg2.connect(url, options="-c search_path=desk -c timezone=UTC")) as db, db, db.cursor() as cursor:
        now = NOW.datetime()
        cursor.execute(
            "insert into accounts (account, mode, initial_bankroll_dollars, opened_at, chosen_at) "
            "values (%s, 'paper', 50, %s, now())",
            (ACCOUNT, now - timedelta(hours=9)),
        )
        cursor.execute("select ensure_day(%s)", (now.date(),))
        for insert, rows in (_streamed(now) | _booked(now)).items():
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"insert into {insert} values ({marks})", rows)
        for process in ("portfolio", "crypto_signals", "kalshi_feed", "exchange_feeds", "order_execution"):
            cursor.execute("insert into heartbeats values (%s, 'ready', '{}', now())", (process,))
        cursor.execute("insert into heartbeats values ('recorder', 'ready', '{}', now() - interval '74 seconds')")


def _streamed(now: datetime) -> dict[str, list[tuple[Any, ...]]]:
    curve = [
        (0, n, ACCOUNT, 50, 0, Decimal(round(50 + n / 600 + sin(n / 40) / 4, 4)), 52, 0, 0, 0,
         now - timedelta(seconds=45 * (700 - n)))
        for n in range(700)
    ]  # fmt: skip
    refused = [
        (0, n, ETH15, "crypto", "edge", reason, "0.0041", "0.0300", None, count, None, now - timedelta(minutes=n % 50))
        for n, (reason, count) in enumerate([("min_edge", 812), ("index_stale", 41), ("too_small", 17)] * 4)
    ]
    signals = [
        (0, n, ACCOUNT, BTC15, "crypto", "s", f"d{n}", "yes", "enter", "take", Decimal("0.54"), 88, 0.61, 0.01, 0.05,
         0.05, None, now, "1", now - timedelta(minutes=n))
        for n in range(14)
    ]  # fmt: skip
    fair_values = [
        (0, n, each.ticker, "BTC", 0.5, 0.01, 91240, 91234, 0.4, 100, 0, None, None, "index", "1", now)
        for n, each in enumerate(MARKETS)
    ]
    alerts = [
        (0, 1, "order_execution", "warning", "a fill differs from the venue",
         "fill t-77: ours 2.00, the venue's 3.00. <script>alert(1)</script>", now - timedelta(minutes=40)),
    ]  # fmt: skip
    letters = [(0, 1, "kalshi_feed", "kalshi ws", None, None, "ParseError", "unknown message type", "{}", now)]
    listed = [
        (each.ticker, each.event_ticker, each.series_ticker, each.title, "Crypto", "crypto", "active", now, now,
         encode(each).decode(), now, now)
        for each in MARKETS
    ]  # fmt: skip
    return {
        "equity": curve, "refusals": refused, "signals": signals, "fair_values": fair_values,
        "alerts": alerts, "dead_letters": letters,
        "markets (ticker, event_ticker, series_ticker, title, category, desk, status, open_at, close_at, definition, "
        "first_observed_at, observed_at)": listed,
    }  # fmt: skip


def _booked(now: datetime) -> dict[str, list[tuple[Any, ...]]]:
    orders = [
        (f"d{n}-1", ACCOUNT, f"d{n}", f"v{n}", BTC15 if n % 2 else LADDER[2][0], "crypto", "s",
         "yes" if n % 2 else "no", "bid", "enter", "take", None, Decimal("0.54"), 4, filled, 4 - filled, state,
         Decimal("2.23"), False, now, "1", now - timedelta(minutes=n), now - timedelta(minutes=n))
        for n, (filled, state) in enumerate([(4, "filled"), (0, "canceled"), (2, "canceled"), (4, "filled")])
    ]  # fmt: skip
    fills = [
        (ACCOUNT, f"f{n}", f"v{n}", f"d{n}-1", BTC15, "desk", "s", "yes", "enter", "bid", Decimal("0.54"), 2,
         n % 2 == 0, Decimal("0.0348"), now - timedelta(minutes=n), now - timedelta(minutes=n))
        for n in range(3)
    ]  # fmt: skip
    settled = [
        (ACCOUNT, f"KXBTC15M-26NOV2109{minute}-{minute}", result, value, 3, Decimal("1.62"), Decimal("0.05"),
         value * 3, pnl, verified, now - timedelta(minutes=ago_), now - timedelta(minutes=ago_))
        for minute, result, value, pnl, verified, ago_ in [
            ("15", "yes", 1, Decimal("1.33"), False, 12), ("00", "no", 0, Decimal("-1.67"), True, 27)]
    ]  # fmt: skip
    return {
        "orders (client_order_id, account, decision_id, venue_order_id, ticker, desk, strategy, outcome, book_side, "
        "action, style, exit_rule, price_dollars, count_contracts, filled_contracts, remaining_contracts, state, "
        "risk_dollars, reduce_only, expires_at, seen, created_at, updated_at)": orders,
        "fills (account, fill_id, venue_order_id, client_order_id, ticker, owner, strategy, outcome, action, "
        "book_side, price_dollars, count_contracts, is_taker, fee_dollars, occurred_at, observed_at)": fills,
        "settlements (account, ticker, result, value_dollars, count_contracts, cost_dollars, fees_dollars, "
        "revenue_dollars, pnl_dollars, verified, occurred_at, observed_at)": settled,
    }  # fmt: skip
