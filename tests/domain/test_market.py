import msgspec
import pytest

from kalshi_desk.domain.market import MarketStatus, Outcome, Quote
from kalshi_desk.domain.units import Count, Price
from tests.domain.messages import MARKET


def test_each_outcome_has_its_other():
    assert Outcome.YES.other is Outcome.NO
    assert Outcome.NO.other is Outcome.YES


@pytest.mark.parametrize(
    "status", ["initialized", "active", "inactive", "closed", "determined", "disputed", "amended", "finalized"]
)
def test_the_venues_words_are_known(status):
    assert MarketStatus(status) == status


def test_the_words_of_filters_are_no_status():
    with pytest.raises(ValueError, match="open"):
        MarketStatus("open")


def test_a_market_does_not_change_but_is_replaced():
    with pytest.raises(AttributeError):
        MARKET.result = "yes"
    assert msgspec.structs.replace(MARKET, result="yes") != MARKET


def test_a_new_market_has_no_result():
    assert (MARKET.result, MARKET.settlement_value, MARKET.expiration_value) == ("", None, "")


def test_quotes_compare_by_value():
    assert Quote(Price(4_000), Count(1), None, Count(0)) == Quote(Price(4_000), Count(1), None, Count(0))
