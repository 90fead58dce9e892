from kalshi_desk.domain.units import Cash
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.backtest import backtest_params
from tests.questions import day


def test_a_backtest_trades_by_the_desks_own_settings() -> None:
    settings = load_settings(_env_file=None, gpt_weight=0.7, claude_weight=0.2, blend_prior=0.1, forecast_min_edge=0.08)
    params = backtest_params(settings, bankroll=Cash.parse("75"), start=day(0), end=None, still_open=[day(1)])
    assert params.combine.vendor_weights == {"gpt": 0.7, "claude": 0.2}
    assert (params.combine.blend_prior, params.gate.limits.forecast.min_edge) == (0.1, 0.08)
    assert (params.max_correlation, params.still_open) == (settings.max_correlation, (day(1),))
    assert (params.bankroll, params.start, params.end) == (Cash.parse("75"), day(0), None)
