from kalshi_desk.domain.inputs import Lifecycle
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.recording import layout
from tests.domain.messages import AT, DEFINED, INPUTS


def test_markets_change_a_row_and_all_else_adds_one() -> None:
    found = layout(load_settings(_env_file=None, crypto_series="KXBTC15M"))
    assert found.upsert(DEFINED[0])[0] == "keep_market"
    assert found.upsert(Lifecycle(at=AT, ticker="T", event="settled"))[0] == "keep_step"
    assert found.upsert(next(iter(INPUTS))) is None
    assert found.row(next(iter(INPUTS)), 0, 1)[0] == "spot_trades"
    assert found.columns("equity")[0] == "topic_partition"
