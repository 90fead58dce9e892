from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.gate import ON_PAPER, WITH_MONEY, gate_params, simulated_gate_params


def test_the_gate_owns_the_crypto_series_of_the_settings() -> None:
    params = gate_params(load_settings(_env_file=None, crypto_series=("KXBTCD",), order_timeout=90, seed=3))
    assert (params.account, params.order_timeout_s) == ("sim:synthetic:3", 90)
    assert (params.coin_loading, params.category_correlation, params.limits.drawdown_lambda) == (0.92, 0.1, 0.0)
    assert (params.owner_of("KXBTCD-X"), params.owner_of("KXCPI-X")) == ("crypto", "forecast")


def test_what_ties_bets_together_is_set() -> None:
    chosen = {"coin_loading": 0.5, "category_correlation": 0.3, "drawdown_lambda": 2}
    params = gate_params(load_settings(_env_file=None, **chosen))
    assert (params.coin_loading, params.category_correlation, params.limits.drawdown_lambda) == (0.5, 0.3, 2.0)


def test_the_ladder_counts_where_money_is_at_stake(tmp_path) -> None:
    key = {"kalshi_key_id": "k", "kalshi_private_key_path": tmp_path / "key.pem"}
    live = load_settings(_env_file=None, desk_mode="live", live_trading=True, **key)
    paper, demo = load_settings(_env_file=None), load_settings(_env_file=None, desk_mode="demo", **key)
    assert [gate_params(each).rung_shares for each in (paper, demo, live)] == [ON_PAPER, WITH_MONEY, WITH_MONEY]
    assert simulated_gate_params(live).rung_shares == ON_PAPER
    assert [WITH_MONEY.of(rung).number for rung in ("paper", "small", "full")] == [0, 0.25, 1]
