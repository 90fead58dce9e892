import json
from datetime import UTC, datetime

import pytest

from kalshi_desk.batch.listing import entries, rows
from kalshi_desk.errors import ParseError

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SERIES = {
    "ticker": "KXRAIN", "title": "Rain", "category": "Climate and Weather", "frequency": "daily",
    "fee_type": "quadratic", "fee_multiplier": 1,
}  # fmt: skip
MARKET = {
    "ticker": "KXRAIN-26NOV22-A", "event_ticker": "KXRAIN-26NOV22", "status": "active", "title": "Rain tomorrow?",
    "open_time": "2026-11-20T00:00:00Z", "close_time": "2026-11-22T23:00:00Z", "settlement_timer_seconds": 60,
    "yes_bid_dollars": "0.4100", "yes_bid_size_fp": "12.00", "yes_ask_dollars": "1.0000", "yes_ask_size_fp": "0.00",
    "last_price_dollars": "0.4200", "volume_fp": "300.00", "volume_24h_fp": "30.00", "open_interest_fp": "150.00",
    "result": "", "rules_primary": "r", "rules_secondary": "", "expiration_value": "",
    "price_ranges": [{"start": "0.0000", "end": "1.0000", "step": "0.0100"}],
}  # fmt: skip
EVENT = {
    "event_ticker": "KXRAIN-26NOV22", "series_ticker": "KXRAIN", "title": "Rain?", "mutually_exclusive": False,
    "markets": [MARKET],
}  # fmt: skip


def listed(*events, series=(SERIES,)):
    return list(entries([{"series": list(series)}, {"events": list(events), "cursor": ""}]))


def written(entry):
    return dict(rows(entry, owner=lambda _: "forecast", interval_start=NOW, observed_at=NOW))


def test_a_market_is_joined_with_its_series_fee_and_category():
    *_, entry = listed(EVENT)
    assert entry.market.series_ticker == "KXRAIN"
    assert (entry.market.fee.fee_type, entry.market.fee.multiplier_e4) == ("quadratic", 10_000)
    assert entry.market.category == "Climate and Weather"


def test_an_event_override_wins_over_the_series_fee():
    *_, entry = listed({**EVENT, "fee_multiplier_override": 0.5})
    assert entry.market.fee.multiplier_e4 == 5_000


def test_a_series_not_listed_leaves_the_fee_unknown():
    *_, entry = listed(EVENT, series=())
    assert entry.market.fee is None


def test_one_unreadable_market_spoils_no_other():
    bad = {**MARKET, "ticker": "BAD", "close_time": "tomorrow"}
    found = listed({**EVENT, "markets": [bad, MARKET]})
    assert [type(entry.fault) for entry in found if entry.fault] == [ParseError]
    assert found[-1].market.ticker == MARKET["ticker"]


def test_an_unreadable_event_or_series_is_a_fault_of_its_own():
    found = listed({"title": "no ticker"}, EVENT, series=[{"ticker": 5}, SERIES])
    assert sum(entry.fault is not None for entry in found) == 2
    assert found[-1].market is not None


def test_an_empty_side_is_stored_as_unknown_and_not_as_one_dollar():
    *_, entry = listed(EVENT)
    row = written(entry)["add_snapshot"]
    assert (row["bid"], row["ask"]) == ("0.4100", None)


def test_rows_name_their_tables_queries():
    found = listed(EVENT)
    assert [list(written(entry)) for entry in found] == [
        ["upsert_series"],
        ["upsert_event"],
        ["upsert_market", "add_snapshot"],
    ]
    assert "markets" not in json.loads(written(found[1])["upsert_event"]["raw"])


@pytest.mark.parametrize("page", ["[]", {"events": 5}])
def test_a_page_that_is_no_listing_is_an_error(page):
    with pytest.raises(ParseError):
        list(entries([{"series": []}, page]))
