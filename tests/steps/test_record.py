import pytest

from kalshi_desk.domain.decisions import Refusal
from kalshi_desk.domain.inputs import BookLost, FeedAlive, IndexTick, Lifecycle, MarketTrade, TradingStatus
from kalshi_desk.steps.record import COLUMNS, columns_of, market_values, row_of, step_values
from tests.domain.messages import AT, CONTROL, DECISIONS, DEFINED, INPUTS, LEDGER

WITHOUT_ROW = (BookLost, FeedAlive, IndexTick, Lifecycle, MarketTrade, TradingStatus)


@pytest.mark.parametrize("message", [*INPUTS, *DECISIONS, *LEDGER, *CONTROL], ids=lambda m: type(m).__name__)
def test_every_row_has_a_value_for_each_column(message) -> None:
    found = row_of(message, 3, 42)
    if found is None:
        assert isinstance(message, WITHOUT_ROW) or type(message).__name__ not in {"FairValue", "Signal", "Refusal"}
        return
    table, values = found
    assert len(values) == len(columns_of(table))
    assert (values[:2], values[-1]) == ((3, 42), message.at)


def test_every_table_has_its_kind() -> None:
    messages = [*INPUTS, *DECISIONS, *LEDGER, *CONTROL]
    assert {found[0] for message in messages if (found := row_of(message, 0, 0))} == set(COLUMNS)


def test_a_crypto_series_belongs_to_the_crypto_desk() -> None:
    assert market_values(DEFINED[0], frozenset({"S"}))["desk"] == "crypto"
    values = market_values(DEFINED[0], frozenset())
    assert values["desk"] is None
    assert (values["floor_strike"], values["cap_strike"], values["status"]) == ("91234.56000000", None, "active")


@pytest.mark.parametrize(
    ("event", "status", "settled"),
    [("activated", "active", False), ("close_date_updated", None, False), ("settled", "finalized", True)],
)
def test_a_step_changes_what_it_tells(event, status, settled) -> None:
    values = step_values(Lifecycle(at=AT, ticker="T", event=event))
    assert (values["status"], values["settled"], values["result"]) == (status, settled, None)


def test_what_else_would_have_refused_is_kept_as_json() -> None:
    (refusal,) = [message for message in DECISIONS if isinstance(message, Refusal)]
    _, values = row_of(refusal, 0, 0)
    assert dict(zip(columns_of("refusals"), values, strict=True))["also"] == '["market_full 1 against 0"]'
