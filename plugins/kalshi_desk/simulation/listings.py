"""Crypto markets as the venue lists them: tickers, texts, price grids and fees of the 15-minute and hourly series.

Source: docs.kalshi.com, terms of the contracts. Tickers carry New York wall-clock time; nothing here reads a clock.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from kalshi_desk.domain.market import FeeSchedule, Market, MarketStatus, PriceRange
from kalshi_desk.domain.units import NANOS, IndexPrice, Nanos, Price

QUARTER, HOUR = 900 * NANOS, 3_600 * NANOS
CRYPTO_SHARD = 2
INDEX_IDS = {"BTC": "BRTI", "ETH": "ETHUSD_RTI"}
LADDER_STEP = {"BTC": 250, "ETH": 10}
_NEW_YORK = ZoneInfo("America/New_York")


def _grid(*bands: tuple[str, str, str]) -> tuple[PriceRange, ...]:
    return tuple(PriceRange(Price.parse(a), Price.parse(b), Price.parse(step)) for a, b, step in bands)


TAPERED_DECI_CENT = _grid(("0", "0.1", "0.001"), ("0.1", "0.9", "0.01"), ("0.9", "1", "0.001"))
LINEAR_CENT = _grid(("0", "1", "0.01"))
_QUADRATIC = FeeSchedule("quadratic", 10_000)


def underlying_of(ticker: str) -> str:
    """Return the coin of a crypto ticker: KXBTC15M-… and KXBTCD-… give BTC."""
    return ticker.partition("-")[0].removeprefix("KX").removesuffix("15M").removesuffix("D")


def up_down_ticker(underlying: str, close: Nanos) -> str:
    """Return the ticker of the 15-minute market that closes then."""
    local = close.datetime().astimezone(_NEW_YORK)
    return f"KX{underlying}15M-{local:%y%b%d%H%M}-{local:%M}".upper()


def up_down(ticker: str, open_time: Nanos, close_time: Nanos) -> Market:
    """Return a 15-minute market as it is listed before its open: without a strike."""
    coin = underlying_of(ticker)
    index = INDEX_IDS.get(coin, f"{coin}USD_RTI")
    return Market(
        ticker=ticker,
        event_ticker=ticker.rpartition("-")[0],
        series_ticker=ticker.partition("-")[0],
        title=f"{coin} price up in next 15 mins?",
        category="Crypto",
        status=MarketStatus.INITIALIZED,
        open_time=open_time,
        close_time=close_time,
        strike_type="greater_or_equal",
        floor_strike=None,
        cap_strike=None,
        custom_strike={"round_digits": "2"},
        rules_primary=(
            f"If the simple average of the sixty seconds of CF Benchmarks' {index} before {_text(close_time)} "
            f"is at least the simple average of the sixty seconds of {index} before {_text(open_time)}, "
            f"the market resolves to Yes."
        ),
        rules_secondary="The average is rounded to 2 decimals. The sixty values are one second apart.",
        price_ranges=TAPERED_DECI_CENT,
        fee=_QUADRATIC,
        exchange_index=CRYPTO_SHARD,
        settlement_timer_s=1,
    )


def ladder(underlying: str, close: Nanos, *, spot: IndexPrice, rungs: int = 5) -> tuple[Market, ...]:
    """Return the hourly thresholds around ``spot``, lowest first, a cent below round levels as the venue has them."""
    step = LADDER_STEP[underlying] * 10**8
    middle = (spot + step // 2) // step * step
    levels = (middle + (place - rungs // 2) * step - 10**6 for place in range(rungs))
    return tuple(_rung(underlying, close, IndexPrice(level)) for level in levels)


def _rung(coin: str, close: Nanos, strike: IndexPrice) -> Market:
    local = close.datetime().astimezone(_NEW_YORK)
    event = f"KX{coin}D-{local:%y%b%d%H}".upper()
    level = str(strike)[:-6]
    return Market(
        ticker=f"{event}-T{level}",
        event_ticker=event,
        series_ticker=f"KX{coin}D",
        title=f"{coin} price on {_text(close)}?",
        category="Crypto",
        status=MarketStatus.INITIALIZED,
        open_time=Nanos(close - HOUR),
        close_time=close,
        strike_type="greater",
        floor_strike=strike,
        cap_strike=None,
        custom_strike={},
        rules_primary=(
            f"If the simple average of the sixty seconds of CF Benchmarks' {INDEX_IDS[coin]} before {_text(close)} is "
            f"above {level}, the market resolves to Yes."
        ),
        rules_secondary="The sixty values are one second apart.",
        price_ranges=LINEAR_CENT,
        fee=_QUADRATIC,
        exchange_index=CRYPTO_SHARD,
        settlement_timer_s=60,
    )


def _text(at: Nanos) -> str:
    return f"{at.datetime().astimezone(_NEW_YORK):%b %d, %Y at %H:%M %Z}"
