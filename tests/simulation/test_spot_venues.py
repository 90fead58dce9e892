from random import Random

from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.simulation.index_path import TICK, IndexPath
from kalshi_desk.simulation.spot_venues import SPOT_VENUES, TradeCounter, spot_trades

AT = Nanos.parse("2026-11-21T14:30:00Z")


def test_each_venue_trades_at_its_rate_near_the_index():
    path, rng, counter = IndexPath(price=90_000.0, recent=[90_000.0]), Random(1), TradeCounter()
    trades = [
        trade
        for tick in range(5_000)
        for trade in spot_trades("BTC", path, at=Nanos(AT + tick * TICK), counter=counter, rng=rng)
    ]
    for venue in SPOT_VENUES:
        own = [trade for trade in trades if trade.venue == venue.name]
        assert abs(len(own) / 1_000 - venue.rate) < 0.15 * venue.rate + 0.05
        mean = sum(trade.price.number for trade in own) / len(own)
        assert abs(mean / 90_000 - 1 - venue.basis_bp / 10_000) < 1e-5
        assert all(trade.size > 0 for trade in own)


def test_trades_lie_within_their_tick_in_order():
    path, counter = IndexPath(price=90_000.0, recent=[90_000.0]), TradeCounter()
    for seed in range(200):
        found = spot_trades("ETH", path, at=AT, counter=counter, rng=Random(seed))
        times = [trade.at for trade in found]
        assert times == sorted(times)
        assert all(AT - NANOS // 5 < at <= AT for at in times)
