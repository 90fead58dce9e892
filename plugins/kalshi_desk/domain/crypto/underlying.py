"""All prices of one coin: the settlement index where it flows, else the composite times its basis to the index."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.crypto.basis import Basis
from kalshi_desk.domain.crypto.composite import Composite
from kalshi_desk.domain.crypto.contract import Kind, Rule
from kalshi_desk.domain.crypto.digital import PRINTS, Averaging, p_above, sigma_slope
from kalshi_desk.domain.crypto.fixings import SecondPrints, prints_due
from kalshi_desk.domain.crypto.volatility import Volatility, VolatilityMeter
from kalshi_desk.domain.inputs import IndexTick, IndexValue, SpotTrade
from kalshi_desk.domain.limits import InputLimits
from kalshi_desk.domain.units import NANOS

_CATCH_UP_S = 10


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """Our probability of YES with what it was made from; ``source`` is index or composite."""

    p_yes: float
    stderr: float
    spot: float
    sigma: float
    fixed_count: int
    source: str


class Unpriced(msgspec.Struct, frozen=True):
    """Why there is no estimate now, with the value that fails its threshold."""

    reason: str
    value: str | None = None
    threshold: str | None = None


class _Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What the formula needs: index level, volatility, fixings, and the variance of the level's own error."""

    spot: float
    volatility: Volatility
    fixed_sum: float
    fixed_count: int
    level_variance: float
    source: str


class _Index:
    """The newest value of the settlement index and the settlement means that the venue streams with it."""

    def __init__(self) -> None:
        self.value = 0.0
        self.value_ns = self.print_ns = 0
        self.window: IndexValue | None = None
        self.meter = VolatilityMeter()

    def tick(self, occurred_ns: int, value: float) -> None:
        if occurred_ns >= self.value_ns:
            self.value, self.value_ns = value, occurred_ns

    def print(self, message: IndexValue) -> None:
        if message.occurred_at > self.print_ns:
            self.print_ns = message.occurred_at
            self.window = message if message.window_count else None
            self.meter.tick(message.occurred_at, message.value.number)

    def fixings(self, close_ns: int) -> tuple[float, int] | None:
        """Return sum and count of the prints of the window that ends at ``close_ns``; None if one is missing."""
        due = prints_due(self.print_ns, close_ns)
        if due == 0:
            return 0.0, 0
        window = self.window
        if window is None or window.window_end is None or window.window_mean is None or window.window_count != due:
            return None
        if window.window_end // NANOS != close_ns // NANOS:
            return None
        return window.window_mean.number * due, due


class Underlying:
    """The state of one coin; changed in place as inputs arrive in time order."""

    def __init__(self, *, min_venues: int, limits: InputLimits) -> None:
        self._limits = limits
        self._composite = Composite(min_venues=min_venues, spot_s=limits.spot_s)
        self._prints = SecondPrints()
        self._meter = VolatilityMeter()
        self._basis = Basis()
        self._index: _Index | None = None
        self._second = 0

    def advance(self, now_ns: int) -> bool:
        """Take the composite's prints of the whole seconds passed; returns whether a new second has begun."""
        second, last = now_ns // NANOS, self._second
        if second <= last:
            return False
        self._second = second
        if last:
            for passed in range(last + 1, min(second, last + _CATCH_UP_S) + 1):
                self._print(passed)
        return True

    def _print(self, second: int) -> None:
        price = self._composite.price(second * NANOS)
        if price is None:
            self._prints.carry(second)
        else:
            self._prints.put(second, price)
            self._meter.tick(second * NANOS, price)

    def trade(self, message: SpotTrade, now_ns: int) -> bool:
        """Take a spot trade; returns False for one that was already too old when it came."""
        if now_ns - message.occurred_at > self._limits.spot_s * NANOS:
            return False
        self._composite.trade(now_ns, message.venue, price=message.price, size=message.size)
        return True

    def index(self, message: IndexValue | IndexTick) -> None:
        """Take a value of the settlement index; one that is older than what is known changes nothing."""
        if self._index is None:
            self._index = _Index()
        self._index.tick(message.occurred_at, message.value.number)
        if isinstance(message, IndexValue):
            self._index.print(message)

    def learn_strike(self, rule: Rule) -> None:
        """Learn the basis from a published strike: the index's mean over the minute before the open."""
        if rule.kind is not Kind.UP_DOWN or self._basis.knows(rule.ticker):
            return
        mean = self._prints.mean(rule.open_time // NANOS)
        if mean is not None:
            self._basis.learn(rule.ticker, strike=rule.strike.number, composite_mean=mean)

    def estimate(self, rule: Rule, now_ns: int) -> Estimate | Unpriced:
        """Return the probability of YES of an open market whose strike is known, or why there is none."""
        inputs = self._from_index(rule, now_ns) if self._index else self._from_composite(rule, now_ns)
        if isinstance(inputs, Unpriced):
            return inputs
        return _estimate(rule, inputs, (rule.close_time - now_ns) / NANOS)

    def _from_index(self, rule: Rule, now_ns: int) -> _Inputs | Unpriced:
        index, limit = self._index, self._limits.index_s
        assert index is not None  # noqa: S101 - asked only where an index flows
        age = (now_ns - index.value_ns) / NANOS
        if age > limit:
            return Unpriced("stale_index", f"{age:.3f}", f"{limit:.3f}")
        fixings = index.fixings(rule.close_time)
        if fixings is None:
            return Unpriced("missing_fixing")
        if index.meter.reading is None:
            return Unpriced("no_volatility")
        return _Inputs(
            spot=index.value,
            volatility=index.meter.reading,
            fixed_sum=fixings[0],
            fixed_count=fixings[1],
            level_variance=0.0,
            source="index",
        )

    def _from_composite(self, rule: Rule, now_ns: int) -> _Inputs | Unpriced:
        price, factor = self._composite.price(now_ns), self._basis.factor
        if price is None:
            age = self._composite.age_s(now_ns)
            return Unpriced("stale_spot", None if age is None else f"{age:.3f}", f"{self._limits.spot_s:.3f}")
        if factor is None:
            return Unpriced("no_basis")
        fixings = self._prints.window(rule.close_time // NANOS, prints_due(now_ns, rule.close_time))
        if fixings is None:
            return Unpriced("missing_fixing")
        if self._meter.reading is None:
            return Unpriced("no_volatility")
        return _Inputs(
            spot=price * factor,
            volatility=self._meter.reading,
            fixed_sum=fixings[0] * factor,
            fixed_count=fixings[1],
            level_variance=self._basis.variance,
            source="composite",
        )


def _estimate(rule: Rule, inputs: _Inputs, seconds_left: float) -> Estimate:
    count = inputs.fixed_count
    # a print that is a little late is taken as due this instant
    window = Averaging(max(seconds_left, PRINTS - 1.0 - count), inputs.fixed_sum, count)
    # known prints carry the level's error too: it then moves the strike of the missing ones by n / M
    extra = inputs.level_variance * (PRINTS / window.missing) ** 2
    sigma = inputs.volatility.sigma
    p_yes, slope = (0.0, 0.0) if rule.low is not None else (1.0, 0.0)
    for level, sign in ((rule.low, 1.0), (rule.high, -1.0)):
        if level is not None:
            at = level.number
            p_yes += sign * p_above(spot=inputs.spot, strike=at, sigma=sigma, window=window, extra_variance=extra)
            slope += sign * sigma_slope(spot=inputs.spot, strike=at, sigma=sigma, window=window, extra_variance=extra)
    return Estimate(
        p_yes=p_yes,
        stderr=abs(slope) * inputs.volatility.stderr,
        spot=inputs.spot,
        sigma=sigma,
        fixed_count=count,
        source=inputs.source,
    )
