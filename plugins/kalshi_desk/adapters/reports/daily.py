"""Write the daily report: HTML and Markdown under ``<folder>/<account>/<date>``."""

from __future__ import annotations

import os
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from kalshi_desk.domain.report import DailyReport, markdown, summary_line
from kalshi_desk.domain.report_parts import dollars, holding, ranked, share

_environment = Environment(
    loader=PackageLoader("kalshi_desk.adapters.reports"), autoescape=True, undefined=StrictUndefined
)
_environment.filters |= {"dollars": dollars, "holding": holding, "ranked": ranked, "share": share}


def html(report: DailyReport) -> str:
    """Return the report as one self-contained page."""
    return _environment.get_template("daily.html").render(report=report, summary=summary_line(report))


def write(report: DailyReport, folder: Path) -> tuple[Path, Path]:
    """Write both forms and return their paths, Markdown first; an existing report of the day is replaced whole."""
    stem = folder / report.account.replace(":", "_") / report.date
    stem.parent.mkdir(parents=True, exist_ok=True)
    return _replace(stem.with_suffix(".md"), markdown(report)), _replace(stem.with_suffix(".html"), html(report))


def _replace(path: Path, text: str) -> Path:
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, path)  # noqa: PTH105 - atomic on every platform
    return path
