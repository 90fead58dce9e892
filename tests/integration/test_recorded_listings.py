"""Discovery's filters, titles and the checks for contradictory quotes over recorded listings, messy titles and all."""

from collections import Counter
from contextlib import closing

import pyarrow.parquet as parquet
import pytest

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.copy import copy_rows
from kalshi_desk.batch.listing import COLUMNS, Entry, row
from kalshi_desk.domain.arbitrage import Leg, contradictions
from kalshi_desk.domain.market import FeeSchedule, Market, MarketStatus, Quote
from kalshi_desk.domain.message import Decoder, encode
from kalshi_desk.domain.units import NANOS, PAYOUT, Count, IndexPrice, Nanos, Price
from kalshi_desk.page.words import question
from kalshi_desk.steps.base_rates import Settled, base_rates
from kalshi_desk.steps.discover import Filters, Listed, judge

pytestmark = pytest.mark.recording
DAY = 86_400 * NANOS
FEE = FeeSchedule("quadratic", 10_000)
ANY_VOLUME = Count(10**6)
NONE = Count(0)


def filters(**changes):
    fields = {
        "crypto_series": ("KXBTC15M", "KXETH15M", "KXBTCD", "KXETHD"), "min_volume_24h": Count(20_00),
        "min_open_interest": Count(50_00), "max_spread": Price(1000), "min_to_close_ns": DAY,
        "max_to_close_ns": 30 * DAY,
    }  # fmt: skip
    return Filters(**fields | changes)


def market(record, *, opened, closes, **fields):
    """Return a recorded market; what a recording leaves out is as the venue lists it most often."""
    series = record.get("series") or record["ticker"].partition("-")[0]
    return Market(
        ticker=record["ticker"], event_ticker=record["event_ticker"], series_ticker=series,
        title=record.get("title") or "", category=fields.pop("category", None), status=MarketStatus.ACTIVE,
        open_time=opened, close_time=closes, strike_type=record.get("strike_type"),
        floor_strike=strike(record.get("floor_strike")), cap_strike=strike(record.get("cap_strike")), custom_strike={},
        rules_primary="", rules_secondary="", price_ranges=(), fee=FEE, exchange_index=0, settlement_timer_s=60,
        **fields,
    )  # fmt: skip


def strike(value):
    return None if value is None else IndexPrice.parse(repr(value))


def price(value):
    """Return a recorded price; 0 and 1 mean that nothing rests there."""
    if value is None:
        return None
    exact = Price.parse(repr(value))
    return exact if 0 < exact < PAYOUT else None


def quote(record):
    return Quote(price(record["yes_bid"]), NONE, price(record["yes_ask"]), NONE)


def recorded(folder, name):
    for batch in parquet.ParquetFile(folder / f"{name}.parquet").iter_batches(10_000):
        yield from batch.to_pylist()


def seen(record):
    at = Nanos.parse(record["captured_at"])
    closes = Nanos.parse(record["close_or_start_time"]) if record["close_or_start_time"] else Nanos(at + 2 * DAY)
    return market(record, opened=Nanos(at - DAY), closes=closes), quote(record), at


@pytest.fixture(scope="module")
def snapshots(recordings_dir):
    return recordings_dir / "kalshi_market_snapshots_2026-07"


@pytest.fixture(scope="module")
def ledger(recordings_dir):
    return list(recorded(recordings_dir / "kalshi_settled_ledger_2026-07", "settled"))


def settled(record):
    closes = Nanos.parse(record["close_time"])
    return market(record, opened=Nanos(closes - 5 * DAY), closes=closes, result=record["result"] or "")


def volume(record, name):
    return NONE if record[name] is None else Count(round(record[name] * 100))


def reasons_of(snapshots, name):
    loose = filters(min_to_close_ns=0)
    found = Counter()
    for record in recorded(snapshots, name):
        listed, shown, at = seen(record)
        entry = Listed(listed, shown, ANY_VOLUME, ANY_VOLUME, ANY_VOLUME)
        found[judge(entry, filters=loose, held=(), now=at).reason] += 1
    return dict(found)


def found_in(snapshots, name, *, exclusive):
    """Return the contradictions of every recorded moment of every event."""
    moments = {}
    for record in recorded(snapshots, name):
        listed, shown, _ = seen(record)
        moments.setdefault((record["captured_at"], record["event_ticker"]), []).append(Leg(listed, shown))
    return [
        violation
        for (at, _), legs in moments.items()
        for violation in contradictions(legs, exclusive=exclusive, at=Nanos.parse(at))
    ]


def test_settled_markets_are_parlays_or_thin_but_for_a_few(ledger):
    found = Counter()
    for record in ledger:
        listed, traded = settled(record), volume(record, "volume")
        entry = Listed(
            listed, Quote(Price(4000), NONE, Price(4400), NONE), traded, traded, volume(record, "open_interest")
        )
        now = Nanos(listed.close_time - 2 * DAY)
        found[judge(entry, filters=filters(), held=(), now=now).reason] += 1
    assert found == {"parlay": 4828, "thin_volume": 738, "thin_open_interest": 11, None: 28}


def test_base_rates_of_the_settled_ones_leave_parlays_out(ledger):
    known = [Settled(settled(record), Nanos.parse(record["close_time"])) for record in ledger]
    rates = base_rates(known, now=Nanos.parse("2026-08-01T00:00:00Z"))
    assert (len(rates), sum(rate.markets for rate in rates)) == (27, 777)
    assert all(not rate.name.startswith("KXMVE") for rate in rates)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("crypto_hourly", {"one_sided_quote": 95_005, None: 2_551, "closed": 263, "wide_spread": 55}),
        ("econ", {"closes_too_late": 2_913, "one_sided_quote": 378, None: 234, "wide_spread": 27}),
        ("sports", {None: 4_033, "wide_spread": 1_011, "one_sided_quote": 3}),
    ],
)
def test_snapshots_are_refused_with_a_reason_each(snapshots, name, expected):
    assert reasons_of(snapshots, name) == expected


@pytest.mark.parametrize(
    ("name", "exclusive", "before", "after"),
    [
        ("crypto_hourly", True, {"bids_over_one": 4}, {"bids_over_one": 3}),
        ("econ", False, {"monotonicity": 1}, {"monotonicity": 1}),
        ("sports", True, {}, {}),
    ],
)
def test_quotes_contradict_each_other_rarely_and_less_so_after_fees(snapshots, name, exclusive, before, after):
    found = found_in(snapshots, name, exclusive=exclusive)
    assert Counter(violation.kind for violation in found) == before
    assert Counter(violation.kind for violation in found if violation.net > 0) == after


@pytest.mark.embedded
def test_every_recorded_title_survives_the_topics_and_the_tables(ledger, snapshots, database):
    listed = {record["ticker"]: settled(record) for record in ledger}
    for name in ("econ", "sports"):
        listed |= {record["ticker"]: seen(record)[0] for record in recorded(snapshots, name)}
    decode = Decoder(Market, "recorded")
    assert all(decode(encode(each)) == each and question(each, each.ticker) for each in listed.values())
    at = Nanos.parse("2026-08-01T00:00:00Z").datetime()
    rows = [row(Entry(market=each), "forecast", at)[1] for each in listed.values()]
    with closing(connect(database, "test")) as db, db, db.cursor() as cursor:
        copy_rows(db, "markets", COLUMNS["markets"], rows)
        cursor.execute("select ticker, title, definition->>'title' from markets")
        stored = {ticker: (title, defined) for ticker, title, defined in cursor.fetchall()}
    assert stored == {ticker: (each.title, each.title) for ticker, each in listed.items()}
    assert len(stored) > 5_000
