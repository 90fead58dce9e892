from dataclasses import replace
from decimal import Decimal

from kalshi_desk.adapters.reports.daily import html, write
from tests.domain.test_report import REPORT


def test_the_page_carries_the_same_figures_and_escapes_text(tmp_path):
    page = html(replace(REPORT, settled=[("<b>X</b>", "1.00 yes", "yes", Decimal("0.5"))]))
    assert "-$1.23" in page
    assert "&lt;b&gt;X&lt;/b&gt;" in page
    assert "<b>X</b>" not in page


def test_both_forms_are_written_and_replaced_whole(tmp_path):
    write(REPORT, tmp_path)
    text, page = write(replace(REPORT, settled=[]), tmp_path)
    assert text == tmp_path / "sim_synthetic_7" / "2026-11-20.md"
    assert "None." in text.read_text()
    assert page.read_text().startswith("<!doctype html>")
    assert len(list(text.parent.iterdir())) == 2
