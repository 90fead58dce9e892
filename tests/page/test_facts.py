import pytest

from tests.page import facts as f
from tests.page import sample


def test_silence_and_state():
    known = f.facts(tables=f.tables(heartbeats=f.heartbeats(recorder=("starting", 3.5), portfolio=None)))
    assert known.silence_s("recorder") == 3.5
    assert known.process_state("recorder") == "starting"
    assert known.silence_s("portfolio") is None
    assert f.facts(tables=None).process_state("recorder") is None


def test_markets_come_from_the_topics_then_from_the_tables():
    other = sample.market("KXBTC15M-X", "1")
    known = f.facts(tables=f.tables(markets={"KXBTC15M-X": other}))
    assert known.market(sample.BTC15) == sample.MARKETS[0]
    assert known.market("KXBTC15M-X") == other
    assert known.market("nothing") is None
    assert f.facts(tables=None).market("KXBTC15M-X") is None


@pytest.mark.parametrize(("ticker", "desk"), [("KXBTC15M-26NOV-30", "crypto"), ("KXFED-26", "forecast")])
def test_desks(ticker, desk):
    assert f.facts().desk_of(ticker) == desk


def test_slack_grows_with_speed():
    assert f.facts().slack(2.5) == 4.5
    assert f.facts(speed=10.0).slack(2.5) == 22.5
