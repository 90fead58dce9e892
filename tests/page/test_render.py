from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.scorecard import Scored, scorecard
from kalshi_desk.domain.units import Cash
from kalshi_desk.page.render import PARTS, curve, millis, render_page, render_parts, tone
from tests.page import facts as f
from tests.page import sample

EVIL = "<img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.seen, self.attributes = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += [name for name, _ in attrs]


def test_every_part_renders_without_any_knowledge():
    for part in render_parts(f.facts(live=f.LiveState("a"), tables=None, now=None, topics_read=False)).values():
        assert "$0.00" not in part


def test_every_part_renders_with_all_of_it():
    parts = render_parts(f.facts())
    assert tuple(parts) == PARTS
    assert "61.2¢" in parts["markets"]
    assert "–" in parts["positions"]


def test_everything_from_outside_is_escaped():
    live = f.live()
    live.apply(Switch(at=sample.NOW, name="pause", scope="both", on=True, by=EVIL, reason=EVIL))
    live.apply(sample.refusal(EVIL, EVIL, EVIL, EVIL, 1))
    live.apply(f.replace(sample.trade("BTC", EVIL, "1", 1)))
    alert = {"app": EVIL, "severity": EVIL, "subject": EVIL, "body": EVIL, "observed_at": sample.NOW.datetime()}
    html = render_page(f.facts(live=live, tables=f.tables(alerts=[alert]), account=EVIL), token=EVIL)
    tags = Tags(html)
    assert "img" not in tags.seen
    assert not [name for name in tags.attributes if name.startswith("on") or name == "style"]
    assert EVIL.replace("<", "&lt;").replace(">", "&gt;") in html


def test_curve_is_two_columns():
    rows = [{"observed_at": datetime(2026, 11, 21, tzinfo=UTC), "equity_dollars": Decimal("50.5")}]
    assert curve(f.facts(tables=f.tables(curve=rows))) == [[1795219200.0], [50.5]]
    assert curve(f.facts(tables=None)) == [[], []]


def test_millis_and_tone():
    assert millis(sample.NOW) == "1795271251500"
    assert millis(sample.NOW.datetime()) == "1795271251500"
    assert millis(None) == ""
    assert [tone(value) for value in (None, Cash(0), Cash(1), Cash(-1))] == ["flat", "flat", "up", "down"]


def test_the_scorecard_says_how_good_each_forecaster_was_beside_the_price():
    scores = [
        Scored(name, "Politics", 2.0, estimate, event=estimate, outcome=1, p=p, brier=(1 - p) ** 2, log_score=0.5)
        for estimate in ("A", "B")
        for name, p in (("gpt", 0.9), ("price", 0.5))
    ]
    shown = render_parts(f.facts(tables=f.tables(scorecard=scorecard(scores))))["scorecard"]
    assert [words for words in ("gpt", "Politics", "1 to 3 days", "0.0100", "+0.2400") if words not in shown] == []
    assert "No estimate&#39;s market has settled yet" in render_parts(f.facts())["scorecard"]
