from decimal import Decimal
from pathlib import Path

import pytest

from kalshi_desk.domain.limits import Limit, Share
from kalshi_desk.domain.units import Cash, Count, Price
from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import SHARED_LIMITS, Settings, load_settings

NAMES = {field.upper() for field in Settings.model_fields} | {"FROM"}


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """No setting in the environment, no ``.env`` in the folder."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def loaded(monkeypatch):
    def load(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return load_settings()

    return load


def faults(loaded, **environment):
    with pytest.raises(SettingsError) as caught:
        loaded(**environment)
    return caught.value.faults


def test_without_any_setting_it_is_paper_with_fifty_dollars(loaded):
    settings = loaded()
    assert (settings.desk_mode, settings.live_trading, settings.port_base) == ("paper", False, 8080)
    assert settings.bankroll == Decimal(50)
    assert settings.crypto_series == ("KXBTC15M", "KXETH15M", "KXBTCD", "KXETHD")
    assert settings.spot_venues == ("coinbase", "kraken", "bitstamp", "gemini", "binance")
    assert (settings.desk_home, settings.recording) == (Path(".desk"), None)


def test_limits_are_those_of_the_design(loaded):
    limits = loaded().risk_limits
    crypto, forecast = limits.crypto, limits.forecast
    assert (crypto.min_edge, crypto.fractional_kelly, crypto.max_entries_per_day) == (0.03, 0.25, 48)
    assert (forecast.min_edge, forecast.fractional_kelly, forecast.max_entries_per_day) == (0.05, 0.25, 20)
    bankroll = limits.initial_bankroll
    amounts = [
        forecast.max_risk_per_trade, crypto.max_risk_per_trade, forecast.max_total_risk, crypto.max_total_risk,
        limits.max_total_risk, limits.max_category_risk, forecast.max_daily_loss, crypto.max_daily_loss,
        limits.max_daily_loss, limits.max_event_risk, limits.max_underlying_risk, limits.max_cluster_risk,
        limits.max_strategy_risk,
    ]  # fmt: skip
    assert [str(limit.of(bankroll))[:-4] for limit in amounts] == [
        "1.00", "0.50", "6.00", "4.00", "10.00", "6.00", "4.00", "4.00", "5.00", "3.00", "4.00", "4.00", "6.00",
    ]  # fmt: skip
    assert limits.max_drawdown == Share.parse("0.20")
    assert (limits.max_orders_per_minute, limits.max_order_age_s) == (30, 3_600)
    assert limits.max_price_distance == Price.parse("0.10")
    assert limits.min_order_cost == Cash.parse("0.10")
    assert crypto.max_position_contracts == forecast.max_position_contracts == Count.parse("100")
    assert (crypto.min_entry_price, crypto.max_entry_price) == (Price.parse("0.03"), Price.parse("0.97"))
    assert (forecast.min_entry_price, forecast.max_entry_price) == (Price.parse("0.05"), Price.parse("0.95"))
    assert crypto.exits == {"sell_dear"}
    assert forecast.exits == {"sell_dear", "take_profit", "stop", "time_decay", "edge_gone"}


def test_no_limit_over_several_markets_is_too_narrow_for_one_trade(loaded):
    found = faults(loaded, MAX_EVENT_RISK="0.019", CRYPTO_MAX_TOTAL_RISK_USD="0.49", ORDER_TIMEOUT="3601")
    assert found == [
        "ORDER_TIMEOUT is above MAX_ORDER_AGE; MAX_EVENT_RISK 0.950000 is below FORECAST_MAX_RISK_PER_TRADE 1.000000; "
        "CRYPTO_MAX_TOTAL_RISK 0.490000 is below CRYPTO_MAX_RISK_PER_TRADE 0.500000"
    ]
    loaded(MAX_EVENT_RISK="0.02", CRYPTO_MAX_TOTAL_RISK_USD="0.50", ORDER_TIMEOUT="3600")


@pytest.mark.parametrize("name", SHARED_LIMITS)
def test_each_shared_limit_holds_a_trade_of_either_desk(loaded, name):
    found = faults(loaded, **{f"{name.upper()}_USD": "0.4"})
    assert found[0].count(f"{name.upper()} 0.400000 is below") == 2
    assert loaded(**{f"{name.upper()}_USD": "1"}).risk_limits.max_drawdown == Share.parse("0.20")


def test_a_bankroll_too_small_for_any_order_is_told(loaded):
    (found,) = faults(loaded, INITIAL_BANKROLL="9.99")
    assert found == "CRYPTO_MAX_RISK_PER_TRADE 0.099900 is below MIN_ORDER_COST 0.100000"
    assert loaded(INITIAL_BANKROLL="10").bankroll == 10
    assert loaded(INITIAL_BANKROLL="9.99", STRATEGIES="forecast_edge").bankroll == Decimal("9.99")
    assert [fault.split(":")[0] for fault in faults(loaded, MAX_ORDER_AGE="29", ORDER_TIMEOUT="20")] == [
        "MAX_ORDER_AGE"
    ]


def test_a_category_has_a_limit_of_its_own(loaded):
    limits = loaded(CATEGORY_RISK_OVERRIDES='{"Politics": 0.05, "Crypto": "0.01"}').risk_limits
    allowed = [limits.within(name).max_category_risk for name in ("politics", "crypto", "economics")]
    assert allowed == [Limit(Share.parse(text)) for text in ("0.05", "0.01", "0.12")]
    assert limits.within("politics").max_total_risk == limits.max_total_risk


def test_what_is_told_of_categories_takes_the_place_of_what_was_told_before(loaded, tmp_path):
    (tmp_path / ".env").write_text('CATEGORY_RISK_OVERRIDES={"Politics": 0.05}\n')
    assert set(loaded().risk_limits.category_risk) == {"politics"}
    assert set(loaded(CATEGORY_RISK_OVERRIDES='{"Sports": 0.05}').risk_limits.category_risk) == {"sports"}
    assert loaded(CATEGORY_RISK_OVERRIDES="{}").risk_limits.category_risk == {}


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ('{"Politics": 0.019}', "CATEGORY_RISK_OVERRIDES OF POLITICS 0.950000 is below FORECAST_MAX_RISK_PER_TRADE"),
        ('{"crypto": 0.009}', "CATEGORY_RISK_OVERRIDES OF CRYPTO 0.450000 is below CRYPTO_MAX_RISK_PER_TRADE"),
        ('{"Politics": 0.1, "politics": 0.2}', "a category is there twice"),
        ('{"Politics": 1.1}', "less than or equal to 1"),
        ("Politics=0.1", "CATEGORY_RISK_OVERRIDES: expected JSON such as"),
    ],
)
def test_a_category_s_limit_that_makes_no_sense_is_told(loaded, told, fault):
    (found,) = faults(loaded, CATEGORY_RISK_OVERRIDES=told)
    assert fault in found


def test_the_standard_profile_has_ten_thousand(loaded):
    assert loaded(DESK_PROFILE="standard").bankroll == Decimal(10_000)
    assert loaded(DESK_PROFILE="standard", INITIAL_BANKROLL="1234.56").bankroll == Decimal("1234.56")


def test_a_dollar_setting_wins_over_its_share(loaded):
    limits = loaded(CRYPTO_MAX_RISK_PER_TRADE_USD="0.75", MAX_TOTAL_RISK_USD="3").risk_limits
    assert limits.crypto.max_risk_per_trade == Limit(Share.parse("0.01"), Cash.parse("0.75"))
    assert limits.max_total_risk.of(limits.initial_bankroll) == Cash.parse("3")


def test_lists_are_separated_by_commas(loaded):
    assert loaded(CRYPTO_SERIES=" KXBTC15M, KXETH15M,").crypto_series == ("KXBTC15M", "KXETH15M")
    assert loaded(CRYPTO_EXITS="").risk_limits.crypto.exits == set()


def test_the_environment_wins_over_the_file(loaded, tmp_path):
    (tmp_path / ".env").write_text("PORT_BASE=9000\nSEED=3\n")
    settings = loaded(SEED="4")
    assert (settings.port_base, settings.seed) == (9000, 4)


def test_a_name_in_the_file_that_no_setting_has_is_told_beside_other_faults(loaded, tmp_path):
    (tmp_path / ".env").write_text("MAX_DRAWDWN=0.05\n")
    assert faults(loaded) == ["MAX_DRAWDWN: no setting has this name; MAX_DRAWDOWN?"]
    assert [fault.split(":")[0] for fault in faults(loaded, PORT_BASE="80")] == ["MAX_DRAWDWN", "PORT_BASE"]


def test_a_file_that_is_no_text_is_told(loaded, tmp_path):
    (tmp_path / ".env").write_bytes(b"SEED=\xff\n")
    (fault,) = faults(loaded)
    assert fault.startswith(".env")


def test_what_make_up_was_given_is_found_in_the_state_folder_that_the_file_names(loaded, tmp_path):
    (tmp_path / ".env").write_text("DESK_HOME=elsewhere\n")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "up.env").write_text("SEED='8'\n")
    assert loaded().seed == 8


def test_every_fault_is_listed_by_its_name(loaded):
    found = faults(loaded, DESK_MODE="practice", PORT_BASE="80", CRYPTO_MIN_EDGE="many", CRYPTO_EXITS="hope")
    assert [fault.split(":")[0] for fault in found] == ["DESK_MODE", "PORT_BASE", "CRYPTO_MIN_EDGE", "CRYPTO_EXITS"]
    assert "unknown exit rules ['hope']" in found[-1]


def test_contradictions_are_listed_beside_wrong_settings(loaded):
    found = faults(loaded, PORT_BASE="80", LIVE_TRADING="true", FROM="yesterday")
    assert [fault.split(" ")[0].rstrip(":") for fault in found] == ["PORT_BASE", "FROM", "LIVE_TRADING=true"]


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"DESK_MODE": "live", "KALSHI_KEY_ID": "k", "KALSHI_PRIVATE_KEY_PATH": "p"}, "needs LIVE_TRADING=true"),
        ({"LIVE_TRADING": "true"}, "DESK_MODE is not live"),
        ({"DESK_MODE": "demo"}, "KALSHI_KEY_ID is needed"),
        ({"DESK_MODE": "demo", "KALSHI_KEY_ID": "k"}, "KALSHI_PRIVATE_KEY_PATH is needed"),
        ({"DESK_MODE": "demo", "SPEED": "10"}, "SPEED works in paper mode only"),
        ({"DESK_MODE": "demo", "RECORDING": "."}, "RECORDING works in paper mode only"),
        ({"FROM": "2026-05-13T17:14Z"}, "FROM needs RECORDING"),
        ({"RECORDING": "nowhere"}, "RECORDING is not a folder"),
        ({"CRYPTO_SERIES": ""}, "CRYPTO_SERIES is empty"),
        ({"CRYPTO_SERIES": "KXBTC15M,KXBTCX"}, "unknown series ['KXBTCX']"),
        ({"SPOT_VENUES": "coinbse"}, "unknown venues ['coinbse']"),
        ({"VENUE_FAULTS": "nowhere.json"}, "VENUE_FAULTS is not a file"),
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "needs KAFKA_USERNAME and KAFKA_PASSWORD"),
        ({"LLM_PRICES": "{"}, "llm_prices"),
        ({"FROM": "yesterday", "RECORDING": "."}, "not an ISO 8601 instant"),
        ({"MAX_TOTAL_RISK": "1.5"}, "MAX_TOTAL_RISK"),
        ({"MAX_TOTAL_RISK": "0"}, "MAX_TOTAL_RISK"),
        ({"MAX_TOTAL_RISK": "NaN"}, "MAX_TOTAL_RISK"),
        ({"CRYPTO_MIN_EDGE": "nan"}, "CRYPTO_MIN_EDGE"),
        ({"SPEED": "inf"}, "SPEED"),
        ({"INITIAL_BANKROLL": "-50"}, "INITIAL_BANKROLL"),
        ({"INITIAL_BANKROLL": "0.0000001"}, "INITIAL_BANKROLL"),
        ({"MAX_POSITION_CONTRACTS": "0.001"}, "MAX_POSITION_CONTRACTS"),
        ({"GPT_MODEL": "gpt-9"}, "LLM_PRICES has no price of gpt-9"),
        ({"SCREEN_MODEL": "llama"}, "SCREEN_MODEL begins with neither gpt nor claude"),
        ({"LLM_PRICES": '{"gpt-6-luna": [-1, 2]}'}, "LLM_PRICES"),
    ],
)
def test_what_is_wrong_or_contradicts_itself_stops_the_start(loaded, environment, says):
    assert says in "; ".join(faults(loaded, **environment))


def test_a_recording_may_start_anywhere(loaded, tmp_path):
    settings = loaded(RECORDING=str(tmp_path), FROM="2026-05-13T17:14Z", SPEED="10")
    assert (settings.recording, settings.play_from, settings.speed) == (tmp_path, "2026-05-13T17:14Z", 10)


def test_secrets_are_never_shown(loaded):
    secret = "correct-horse"
    settings = loaded(DATABASE_URL=f"postgresql://u:{secret}@h/d", KAFKA_PASSWORD=secret)
    assert settings.database_url.get_secret_value().endswith("@h/d")
    assert secret not in repr(settings) + str(settings)
    wrong = faults(
        loaded, KAFKA_SECURITY_PROTOCOL=secret, INITIAL_BANKROLL=secret, DATABASE_URL=f"https://u:{secret}@h/d"
    )
    assert "DATABASE_URL: no address of a database" in "; ".join(wrong)
    assert secret not in "; ".join(wrong)


def test_settings_do_not_change(loaded):
    with pytest.raises(ValueError, match="frozen"):
        loaded().seed = 8


def test_only_strategies_that_exist_can_be_switched_on(loaded):
    assert loaded(STRATEGIES="forecast_edge").strategies == ("forecast_edge",)
    assert loaded(STRATEGIES="").strategies == ()
    (fault,) = faults(loaded, STRATEGIES="forecast_edge,martingale")
    assert "martingale" in fault
