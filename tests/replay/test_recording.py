from collections import Counter

import pytest

from kalshi_desk.domain.decisions import FairValue, Refusal, Signal
from kalshi_desk.domain.funnel import explained
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.replay.desk import DeskParams
from kalshi_desk.replay.recording import Tally, covered, replay_recording
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.gate import gate_params
from kalshi_desk.wiring.strategy import crypto_params

START = Nanos.parse("2026-05-13T22:25:00Z")
pytestmark = pytest.mark.recording


@pytest.fixture(scope="module")
def folder(recordings_dir):
    return recordings_dir / "kalshi_btc15m_ws_2026-05"


def replayed(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings(recording=folder)
    params = DeskParams(crypto=crypto_params(settings), gate=gate_params(settings), latency_ns=50_000_000)
    tally = Tally()
    return list(replay_recording(folder, start=START, params=params, tally=tally)), tally


def test_twice_the_same_bytes_and_a_table_that_adds_up(folder, tmp_path, monkeypatch):
    (first, tally), (second, _) = (replayed(folder, tmp_path, monkeypatch) for _ in range(2))
    assert [encode(one) for one in first] == [encode(one) for one in second]
    assert {one.source for one in first if isinstance(one, FairValue)} == {"composite"}
    markets = covered(folder, START)
    lines = list(tally.table(markets))
    played = sum(row.refused is None for row in markets)
    assert f"markets played: {played} of {len(markets)}" in lines
    assert sum(tally.fair_values.values()) == sum(isinstance(one, FairValue) for one in first)
    assert lines[-1].endswith(f"P&L {Cash(sum(tally.pnl.values()))}")


def test_every_look_at_every_market_is_accounted_for(folder, tmp_path, monkeypatch):
    told, tally = replayed(folder, tmp_path, monkeypatch)
    found = explained(told)
    assert sum(why.funnel.seen for why in found.values()) == tally.evaluations > 10_000
    for ticker, why in found.items():
        own = [one for one in told if one.ticker == ticker]
        at = Counter()
        for one in own:
            at[one.stage if isinstance(one, Refusal) else None] += getattr(one, "count", 0)
        entries = {one.client_order_id for one in own if isinstance(one, Order) and one.action == "enter"}
        events = [one for one in own if isinstance(one, OrderEvent) and one.client_order_id in entries]
        funnel = why.funnel
        assert funnel.edge == sum(isinstance(one, Signal) and one.action == "enter" for one in own)
        assert funnel.unanswered == 0
        assert funnel.seen - funnel.priced == at["price"]
        assert funnel.priced - funnel.edge == at["edge"]
        assert funnel.edge - funnel.sized == at["size"]
        assert funnel.sized - funnel.allowed == at["gate"]
        assert funnel.allowed == len(entries)
        assert funnel.sent == sum(one.event == "sent" for one in events)
        assert funnel.filled == len({one.client_order_id for one in own if isinstance(one, Fill)} & entries)
        assert funnel.sent - funnel.filled == sum(one.count for one in why.unfilled) + funnel.working
    assert sum(why.funnel.filled for why in found.values()) > 0


def test_of_the_whole_recording_32_markets_can_be_played(folder):
    rows = covered(folder, None)
    assert len(rows) == 106
    assert sum(row.refused is None for row in rows) == 32
