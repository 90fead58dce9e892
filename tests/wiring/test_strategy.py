from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.strategy import crypto_params


def test_the_settings_reach_the_reducer(tmp_path) -> None:
    params = crypto_params(load_settings(_env_file=None, crypto_series="KXBTC15M", crypto_min_edge=0.05))
    assert (params.account, params.series, params.limits.min_edge) == ("sim:synthetic:7", {"KXBTC15M"}, 0.05)
    assert params.min_venues == 2
    assert crypto_params(load_settings(_env_file=None, recording=tmp_path)).min_venues == 1
