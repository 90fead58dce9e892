"""What settles a market: the variable that it shares with others, and the range of it on which the market pays YES.

A variable is taken by its rank U, uniform in (0, 1), the highest values first: the settlement average of a coin at an
expiry, or the figure that an event asks for. A threshold pays on a range that begins at 0, so that of two thresholds
the easier one pays wherever the harder one does; a band pays below its floor's rank. Each range is exactly as long as
the market's own probability.
"""

from __future__ import annotations

from kalshi_desk.domain.arbitrage import ABOVE, BELOW
from kalshi_desk.domain.crypto.contract import SERIES
from kalshi_desk.domain.crypto.digital import PRINTS, Averaging, p_above
from kalshi_desk.domain.decisions import FairValue
from kalshi_desk.domain.market import Market

Range = tuple[float, float]


def variable(market: Market) -> str:
    """Return what settles a market: coin and expiry, an event of thresholds or of exclusive outcomes, or it alone."""
    coin = SERIES.get(market.series_ticker)
    if coin is not None:
        return f"{coin.underlying} {int(market.close_time)}"
    ordered = market.strike_type in ABOVE | BELOW
    return market.event_ticker if market.exclusive or ordered else market.ticker


def stacked(market: Market) -> bool:
    """Tell whether a market pays on a range of its own beside those of the other outcomes of its event."""
    return bool(market.exclusive) and market.series_ticker not in SERIES


def turned(market: Market) -> bool:
    """Tell whether a market pays on low values of its variable, the high ranks."""
    return not stacked(market) and market.strike_type in BELOW


def pays_on(market: Market, p_yes: float, value: FairValue | None) -> Range | None:
    """Return where a market that is not stacked pays YES; None for a band that no fair value places.

    A band is placed by its floor's probability at the fair value's spot and volatility; prints already fixed count as
    that spot.
    """
    if turned(market):
        return 1.0 - p_yes, 1.0
    if market.strike_type != "between":
        return 0.0, p_yes
    if value is None or market.floor_strike is None:
        return None
    high = min(1.0, max(p_yes, _above(value, market.floor_strike.number)))
    return high - p_yes, high


def _above(value: FairValue, strike: float) -> float:
    spot, fixed = value.spot.number, min(value.fixed_count, PRINTS - 1)
    window = Averaging(value.seconds_left, fixed * spot, fixed)
    return p_above(spot=spot, strike=strike, sigma=value.sigma, window=window)
