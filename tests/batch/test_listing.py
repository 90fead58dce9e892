import json
from datetime import UTC, datetime

import pytest

from kalshi_desk.batch.listing import COLUMNS, SNAPSHOT_COLUMNS, Entry, entries, listed, row, snapshot_row
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.steps.discover import judge
from tests.steps.test_discover import FILTERS

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


def read(*events, series=(SERIES,)):
    pages = ({"series": list(series)}, {"events": list(events), "cursor": ""})
    return list(entries(json.dumps(page) for page in pages))


def written(entry):
    table, values = row(entry, "forecast", NOW)
    return table, dict(zip(COLUMNS[table], values, strict=True))


def test_a_market_is_joined_with_its_series_fee_and_category():
    *_, entry = read(EVENT)
    assert entry.market.series_ticker == "KXRAIN"
    assert (entry.market.fee.fee_type, entry.market.fee.multiplier_e4) == ("quadratic", 10_000)
    assert entry.market.category == "Climate and Weather"


def test_an_event_override_wins_over_the_series_fee():
    *_, entry = read({**EVENT, "fee_multiplier_override": 0.5})
    assert entry.market.fee.multiplier_e4 == 5_000


def test_a_series_not_listed_leaves_the_fee_unknown():
    *_, entry = read(EVENT, series=())
    assert entry.market.fee is None


MILESTONE = {
    "id": "ms-1", "category": "Climate and Weather", "type": "publication", "title": "The rain is measured",
    "start_date": "2026-11-22T23:00:00Z", "related_event_tickers": ["KXRAIN-26NOV22", "KXWET-26NOV22"],
    "primary_event_tickers": ["KXRAIN-26NOV22"], "notification_message": "", "details": {},
    "last_updated_ts": "2026-11-20T00:00:00Z",
}  # fmt: skip


def test_milestones_follow_the_events_of_their_page_and_are_rows():
    listing = {"events": [EVENT], "milestones": [{"id": "no date"}, MILESTONE], "cursor": ""}
    *_, broken, entry = entries(json.dumps(page) for page in ({"series": [SERIES]}, listing))
    assert (type(broken.fault), entry.fault) == (ParseError, None)
    table, values = written(entry)
    assert (table, values["milestone_id"], values["kind"]) == ("milestones", "ms-1", "publication")
    assert values["start_at"] == datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert json.loads(values["event_tickers"]) == ["KXRAIN-26NOV22", "KXWET-26NOV22"]


def test_one_unreadable_market_spoils_no_other():
    bad = {**MARKET, "ticker": "BAD", "close_time": "tomorrow"}
    found = read({**EVENT, "markets": [bad, MARKET]})
    assert [type(entry.fault) for entry in found if entry.fault] == [ParseError]
    assert found[-1].market.ticker == MARKET["ticker"]


def test_an_unreadable_event_or_series_is_a_fault_of_its_own():
    found = read({"title": "no ticker"}, EVENT, series=[{"ticker": 5}, SERIES])
    assert sum(entry.fault is not None for entry in found) == 2
    assert found[-1].market is not None


def test_an_empty_side_is_stored_as_unknown_and_not_as_one_dollar():
    *_, entry = read(EVENT)
    found = listed(entry)
    candidate = judge(found, filters=FILTERS, held=(), now=Nanos.of(NOW))
    values = dict(zip(SNAPSHOT_COLUMNS, snapshot_row(candidate, NOW, NOW), strict=True))
    assert (str(values["bid_dollars"]), values["ask_dollars"]) == ("0.4100", None)
    assert candidate.reason == "one_sided_quote"


def test_only_a_market_is_judged():
    assert [listed(entry) is not None for entry in read(EVENT)] == [False, False, True]


def test_rows_name_their_tables():
    found = read(EVENT)
    assert [written(entry)[0] for entry in found] == ["series", "events", "markets"]
    assert "markets" not in json.loads(written(found[1])[1]["raw"])


def test_an_entry_that_is_nothing_has_no_row():
    with pytest.raises(ValueError, match="without content"):
        row(Entry(), None, NOW)


@pytest.mark.parametrize("page", ["[]", '{"events": 5}'])
def test_a_page_that_is_no_listing_is_an_error(page):
    with pytest.raises(ParseError):
        list(entries(['{"series": []}', page]))
