import msgspec

from kalshi_desk.bench.crypto_path import figures, synthetic_inputs, trade
from kalshi_desk.domain.inputs import FeedAlive
from kalshi_desk.domain.units import NANOS
from kalshi_desk.replay.desk import DeskParams
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.gate import gate_params
from kalshi_desk.wiring.strategy import crypto_params


def test_the_inputs_are_the_same_every_time_and_in_order():
    first, again = (list(synthetic_inputs(20)) for _ in range(2))
    assert first == again
    seconds = [one.at // NANOS for one in first]
    assert seconds == sorted(seconds)
    assert sum(isinstance(one, FeedAlive) for one in first) == 4


def test_a_desk_that_trades_is_timed_at_each_input_and_signal(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    params = DeskParams(crypto=crypto_params(settings), gate=gate_params(settings), latency_ns=50_000_000)
    desk = trade(params, 360)
    assert len(desk.judged) >= len(desk.orders) > 0
    assert [msgspec.structs.asdict(one)["n"] for one in figures(desk)] == [len(desk.inputs), len(desk.judged)]
