from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.gate import gate_params


def test_the_gate_owns_the_crypto_series_of_the_settings() -> None:
    params = gate_params(load_settings(_env_file=None, crypto_series=("KXBTCD",), order_timeout=90, seed=3))
    assert (params.account, params.order_timeout_s) == ("sim:synthetic:3", 90)
    assert (params.owner_of("KXBTCD-X"), params.owner_of("KXCPI-X")) == ("crypto", "forecast")
