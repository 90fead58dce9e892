"""The report of a forecast backtest: one self-contained page, the verdict first."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from kalshi_desk.adapters.reports.charts import calibration_chart, equity_chart
from kalshi_desk.domain.backtest import ForecastBacktest, verdict
from kalshi_desk.domain.units import Fixed

SHOWN_BETS = 200

_environment = Environment(
    loader=PackageLoader("kalshi_desk.adapters.reports"), autoescape=True, undefined=StrictUndefined
)


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _bounds(value: tuple[float, float] | None) -> str:
    return "" if value is None else f"{value[0]:.4f} to {value[1]:.4f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}".replace("-", "−")


def _dollars(value: Fixed) -> str:
    return f"{'−' if value < 0 else ''}${abs(value.number):,.2f}"


_environment.filters |= {"score": _score, "bounds": _bounds, "share": _share, "dollars": _dollars}


def html(found: ForecastBacktest, *, title: str) -> str:
    """Return the report as a page that needs nothing from elsewhere; ``title`` says what was tested."""
    word, sentence = verdict(found)
    curves = {name: bins for name, bins in found.curves.items() if name in ("blended", "price")}
    return _environment.get_template("backtest.html").render(
        title=title,
        word=word,
        sentence=sentence,
        found=found,
        made=found.trading,
        largest=max((abs(one.pnl) for one in found.trading.by_category), default=0) or 1,
        equity=equity_chart(found.trading.equity, opening=found.trading.bankroll.number),
        calibration=calibration_chart(curves or found.curves),
        bets=found.trading.bets[-SHOWN_BETS:],
    )
