"""What looking at a market is worth: the ranking of the watch list.

The value of attention is the gain that a forecast may bring, before it is made. Suppose that our probability differs
from the mid by a normal X with mean 0 and standard deviation ``DISAGREEMENT`` in log-odds, which near the mid m is
``DISAGREEMENT * m * (1 - m)`` in probability: little where the price is close to 0 or 1. Taking costs c = half the
spread and the exact fee. The expected gain per contract is then E max(|X| - c, 0), in closed form
``2 * (sd * pdf(c / sd) - c * (1 - cdf(c / sd)))``. It counts as far as the market is liquid enough to fill a full
position, and per day that the stake is tied up: what resolves soon pays and teaches soon.
"""

from __future__ import annotations

from statistics import NormalDist

from kalshi_desk.domain.fees import Role, fee_known, in_force, trade_fee
from kalshi_desk.domain.market import Market, Quote
from kalshi_desk.domain.units import CONTRACT, NANOS, Count, Nanos, Price

DISAGREEMENT = 0.5
FULL_POSITION = Count(100_00)
DAY_NS = 24 * 3600 * NANOS
_NORMAL = NormalDist()


def attention(market: Market, quote: Quote, *, volume_24h: Count, now: Nanos) -> float:
    """Return dollars per contract and day; 0.0 where a side of the quote or the fee is unknown."""
    if quote.bid is None or quote.ask is None or market.fee is None or not fee_known(market.fee):
        return 0.0
    mid = Price((quote.bid + quote.ask) // 2)
    fee = trade_fee(in_force(market.fee, now), role=Role.TAKER, price=mid, count=CONTRACT)
    cost = Price(max(0, quote.ask - quote.bid)).number / 2 + fee.number
    days = max(0, market.close_time - now) / DAY_NS
    return expected_gain(mid.number, cost) * liquidity(volume_24h) / (1.0 + days)


def expected_gain(mid: float, cost: float) -> float:
    """Return E max(|X| - cost, 0), dollars per contract, for a mid in [0, 1] and a cost of taking in dollars."""
    spread_of_views = DISAGREEMENT * mid * (1.0 - mid)
    if spread_of_views <= 0.0:
        return 0.0
    z = cost / spread_of_views
    return max(0.0, 2.0 * (spread_of_views * _NORMAL.pdf(z) - cost * _NORMAL.cdf(-z)))


def liquidity(volume_24h: Count) -> float:
    """Return in [0, 1) how far a day's volume fills a full position: a half where the two are equal."""
    return volume_24h / (volume_24h + FULL_POSITION)
