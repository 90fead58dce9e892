import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain import risk
from kalshi_desk.domain.limits import Limit, Share
from kalshi_desk.domain.risk import Breach, Reserved
from kalshi_desk.domain.units import Cash, Count, Price
from tests.steps.desk import crypto_limits, later, limits
from tests.steps.test_sizing import SUMS

ROLL = Cash.parse("50")
CRYPTO = limits().crypto
FORECAST = limits().forecast


def reserved(**changes):
    amounts = dict.fromkeys(SUMS, "0") | changes
    contracts = Count.parse(amounts.pop("contracts", "0"))
    return Reserved(**{name: Cash.parse(text) for name, text in amounts.items()}, contracts=contracts)


def test_bankroll_follows_own_results_up_to_the_venues_equity():
    assert risk.bankroll(limits(), net_pnl=Cash.parse("4"), venue_equity=Cash.parse("60")) == Cash.parse("54")
    assert risk.bankroll(limits(), net_pnl=Cash.parse("4"), venue_equity=Cash.parse("53")) == Cash.parse("53")
    assert risk.bankroll(limits(), net_pnl=Cash.parse("-60"), venue_equity=Cash.parse("1")) == 0


def test_without_reinvesting_only_losses_count():
    kept = limits(auto_reinvest=False)
    assert risk.bankroll(kept, net_pnl=Cash.parse("4"), venue_equity=Cash.parse("60")) == Cash.parse("50")
    assert risk.bankroll(kept, net_pnl=Cash.parse("-4"), venue_equity=Cash.parse("60")) == Cash.parse("46")


def test_min_edge_at_below_and_above():
    assert risk.min_edge(0.03, CRYPTO) is None
    assert risk.min_edge(0.030001, CRYPTO) is None
    assert risk.min_edge(0.029999, CRYPTO) == Breach("min_edge", "0.029999", "0.030000")
    assert risk.min_edge(float("nan"), CRYPTO) is not None


@pytest.mark.parametrize(
    ("price", "reason"),
    [("0.0299", "min_entry_price"), ("0.03", None), ("0.97", None), ("0.9701", "max_entry_price")],
)
def test_price_band_of_crypto(price, reason):
    breach = risk.price_band(Price.parse(price), CRYPTO)
    assert (breach and breach.reason) == reason


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        ("0.0499", "min_entry_price"),
        ("0.05", None),
        ("0.8499", None),
        ("0.85", "take_profit_entry_price"),
        ("0.9501", "max_entry_price"),
    ],
)
def test_price_band_with_take_profit_on(price, reason):
    breach = risk.price_band(Price.parse(price), FORECAST)
    assert (breach and breach.reason) == reason


def test_time_decay_bans_entries_in_the_last_two_days():
    two_days = 48 * 3600
    assert risk.time_to_close(later(0), later(two_days + 1), FORECAST) is None
    assert risk.time_to_close(later(0), later(two_days), FORECAST).reason == "time_decay_entry"
    assert risk.time_to_close(later(0), later(60), CRYPTO) is None


def test_entries_per_day_at_below_and_above():
    assert risk.entries_today(47, CRYPTO) is None
    assert risk.entries_today(48, CRYPTO) == Breach("max_entries_per_day", "48", "48")
    assert risk.entries_today(49, CRYPTO) is not None


def test_rooms_never_fall_below_zero():
    assert risk.trade_room(reserved(market="0.2"), CRYPTO, roll=ROLL) == Cash.parse("0.3")
    assert risk.trade_room(reserved(market="0.6"), CRYPTO, roll=ROLL) == 0
    assert risk.contract_room(reserved(contracts="99.5"), CRYPTO) == Count.parse("0.5")
    assert risk.contract_room(reserved(contracts="101"), CRYPTO) == 0


@pytest.mark.parametrize(("market", "full"), [("0.399999", False), ("0.4", False), ("0.400001", True), ("0.5", True)])
def test_a_market_is_full_when_the_smallest_order_no_longer_fits(market, full):
    breach = risk.market_full(reserved(market=market), limits(), desk="crypto", roll=ROLL)
    assert (breach is not None) == full
    if breach:
        with_the_smallest = str(Cash(Cash.parse(market) + Cash.parse("0.1")))
        assert breach == Breach("max_risk_per_trade", with_the_smallest, "0.500000")


@pytest.mark.parametrize(("contracts", "full"), [("99.99", False), ("100", True), ("100.01", True)])
def test_a_market_is_full_at_its_contracts(contracts, full):
    breach = risk.market_full(reserved(contracts=contracts), limits(), desk="crypto", roll=ROLL)
    assert (breach is not None) == full


def test_a_bankroll_that_allows_no_order_at_all_is_too_small():
    breach = risk.market_full(reserved(), limits(), desk="crypto", roll=Cash.parse("9.99"))
    assert breach == Breach("too_small", "0.099900", "0.100000")


@pytest.mark.parametrize(
    ("held", "at_limit", "reason"),
    [
        ("event", "3", "max_event_risk"),
        ("underlying", "4", "max_underlying_risk"),
        ("cluster", "4", "max_cluster_risk"),
        ("strategy", "6", "max_strategy_risk"),
        ("desk", "4", "crypto_max_total_risk"),
        ("category", "6", "max_category_risk"),
        ("both", "10", "max_total_risk"),
    ],
)
def test_what_is_at_stake_at_below_and_above_each_limit(held, at_limit, reason):
    limit, more = Cash.parse(at_limit), Cash.parse("0.5")
    for room, refused in ((1, False), (0, False), (-1, True)):
        before = Cash(limit - more - room)
        breaches = risk.exposure(reserved(**{held: str(before)}), limits(), desk="crypto", risk=more, roll=ROLL)
        assert breaches == ([Breach(reason, str(Cash(before + more)), str(limit))] if refused else [])
        assert risk.total_risk(reserved(**{held: str(before)}), limits(), desk="crypto", risk=more, roll=ROLL) == (
            breaches[0] if refused else None
        )


def test_of_several_limits_those_on_the_whole_are_named_first():
    full = dict.fromkeys(SUMS, "10")
    found = [one.reason for one in risk.exposure(reserved(**full), limits(), desk="crypto", risk=Cash(1), roll=ROLL)]
    assert found == [
        "crypto_max_total_risk", "max_category_risk", "max_total_risk", "max_event_risk", "max_underlying_risk",
        "max_cluster_risk", "max_strategy_risk",
    ]  # fmt: skip


@pytest.mark.parametrize(("orders", "refused"), [(29, False), (30, True), (31, True)])
def test_orders_per_minute_at_below_and_above(orders, refused):
    breach = risk.orders_per_minute(orders, limits())
    assert breach == (Breach("max_orders_per_minute", str(orders), "30") if refused else None)


@pytest.mark.parametrize(
    ("price", "value"),
    [
        ("0.6000", None),
        ("0.5999", None),
        ("0.6001", "0.10010"),
        ("0.4000", None),
        ("0.4001", None),
        ("0.3999", "0.10010"),
    ],
)
def test_price_distance_at_below_and_above(price, value):
    breach = risk.price_distance(Price.parse(price), bid=Price.parse("0.48"), ask=Price.parse("0.52"), limits=limits())
    assert breach == (None if value is None else Breach("max_price_distance", value, "0.1000"))


def test_the_middle_may_lie_between_two_prices():
    bid, ask = Price.parse("0.48"), Price.parse("0.5201")
    breach = risk.price_distance(Price.parse("0.6001"), bid=bid, ask=ask, limits=limits())
    assert breach == Breach("max_price_distance", "0.10005", "0.1000")


@pytest.mark.parametrize(("life_s", "value"), [(3_599.999, None), (3_600, None), (3_600.001, "3600.001"), (-1, None)])
def test_order_age_at_below_and_above(life_s, value):
    breach = risk.order_age(later(life_s) - later(0), limits())
    assert breach == (None if value is None else Breach("max_order_age", value, "3600.000"))


def test_a_dollar_limit_wins_over_the_share():
    dollars = crypto_limits(max_total_risk=Limit(Share.parse("0.08"), Cash.parse("1")))
    breach = risk.total_risk(reserved(), dollars, desk="crypto", risk=Cash.parse("1.000001"), roll=ROLL)
    assert breach == Breach("crypto_max_total_risk", "1.000001", "1.000000")


def test_too_small_at_below_and_above():
    assert risk.too_small(Cash.parse("0.1"), limits()) is None
    assert risk.too_small(Cash.parse("0.100001"), limits()) is None
    assert risk.too_small(Cash.parse("0.099999"), limits()) == Breach("too_small", "0.099999", "0.100000")


def fee_of_quarter_cent(count):
    return Cash(-(-count * 25 // 1) + 7)


@given(st.integers(0, 10**9), st.integers(1, 9_999))
def test_count_within_spends_all_it_may_and_no_more(budget, price):
    count = risk.count_within(Cash(budget), Price(price), fee_of=fee_of_quarter_cent)
    assert count >= 0
    assert count == 0 or price * count + fee_of_quarter_cent(count) <= budget
    assert price * (count + 1) + fee_of_quarter_cent(count + 1) > budget


def test_no_budget_buys_nothing():
    assert risk.count_within(Cash(-1), Price(5_000), fee_of=fee_of_quarter_cent) == 0
