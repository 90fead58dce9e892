from kalshi_desk.domain.units import Price
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.strategy import crypto_params, signal_params


def test_the_settings_reach_the_reducer(tmp_path) -> None:
    params = crypto_params(load_settings(_env_file=None, crypto_series="KXBTC15M", crypto_min_edge=0.05))
    assert (params.account, params.series, params.limits.min_edge) == ("sim:synthetic:7", {"KXBTC15M"}, 0.05)
    assert params.min_venues == 2
    assert crypto_params(load_settings(_env_file=None, recording=tmp_path)).min_venues == 1


def test_strategies_are_switched_on_and_off_by_name() -> None:
    both, crypto, forecast = (
        load_settings(_env_file=None, strategies=names)
        for names in ("crypto_fair_value,forecast_edge", "crypto_fair_value", "forecast_edge")
    )
    assert [crypto_params(settings).on for settings in (both, crypto, forecast)] == [True, True, False]
    assert [signal_params(settings, blocked=()).on for settings in (both, crypto, forecast)] == [True, False, True]


def test_the_settings_reach_forecast_signals() -> None:
    settings = load_settings(_env_file=None, forecast_min_edge=0.08, order_timeout=300, forecast_exits="take_profit")
    params = signal_params(settings, blocked=("markets: fresh",))
    assert (params.strategy.min_edge, params.strategy.life_s, params.strategy.selection) == (0.08, 300, 0.01)
    assert (params.strategy.below, params.strategy.not_within_s) == (Price.parse("0.85"), None)
    assert params.blocked == ("markets: fresh",)


def test_batch_has_three_minutes_of_wall_time_however_fast_the_desk_runs() -> None:
    slow, fast = (signal_params(load_settings(_env_file=None, speed=speed), blocked=()) for speed in (1, 20))
    assert (slow.strategy.life_s, slow.quote_age_s) == (600, 1_800.0)
    assert (fast.strategy.life_s, fast.quote_age_s) == (3_600, 3_600)
