from decimal import Decimal

import pytest

from kalshi_desk.domain.ledger import Equity
from kalshi_desk.domain.units import Cash
from kalshi_desk.page import worth
from tests.page import facts as f
from tests.page import sample

EXPOSED = [
    {"ticker": sample.BTC15, "risk_dollars": Decimal("0.45")},
    {"ticker": "KXFED-26", "risk_dollars": Decimal("1.2")},
]


def bars(**changes):
    return {bar.name: bar for bar in worth.bars(f.facts(**changes))}


def test_equity_from_the_topic_else_from_the_table():
    assert worth.equity_of(f.facts()) == sample.equity()
    names = ("cash", "marks", "equity", "peak", "today", "realized", "fees", "paid_in")
    row = {f"{name}_dollars": Decimal(1) for name in names} | {"observed_at": sample.NOW.datetime()}
    known = worth.equity_of(f.facts(live=f.live(Equity), tables=f.tables(equity=row)))
    assert known.equity == Cash.parse("1")
    assert worth.equity_of(f.facts(live=f.live(Equity))) is None
    assert worth.equity_of(f.facts(live=f.live(Equity), tables=None)) is None


def test_since_start_counts_open_positions_at_their_mark():
    assert worth.since_start(f.facts()) == Decimal("1.52") - Decimal("0.3679") + Decimal("2.14") - Decimal("2.16")
    assert worth.since_start(f.facts(live=f.live(Equity))) is None


def test_positions_in_plain_words_next_to_close_first():
    first, second = worth.positions(f.facts())
    assert first.words == "4 YES on BTC at or above $91,234.56 at 14:30"
    assert (first.pays, first.open_pnl) == (Cash.parse("4"), Cash.parse("-0.02"))
    assert first.fair == pytest.approx(4 * 0.612)
    assert (second.fair, second.open_pnl) == (None, None)


def test_a_no_position_is_worth_the_other_side():
    live = f.live()
    live.apply(sample.mark(sample.BTC15, "-4", "2.16", "1.9", 0.612))
    assert worth.positions(f.facts(live=live))[0].fair == pytest.approx(4 * 0.388)


def test_bars():
    found = bars(tables=f.tables(exposures=EXPOSED, entries={"crypto": 46}))
    assert found["Risk, both desks"].text == "$1.65 of $10.23"
    assert found["Risk, crypto desk"].text == "$0.45 of $4.09"
    assert found["Risk, forecast desk"].share == pytest.approx(1.2 / 6.138, rel=1e-2)
    assert found["Loss today"].share == 0
    assert found["Below the peak"].level == "free"
    assert (found["Entries today, crypto"].text, found["Entries today, crypto"].level) == ("46 of 48", "near")
    assert "Entries today, forecast" not in found


def test_a_loss_fills_its_bar():
    live = f.live()
    lost = f.replace(sample.equity(), today=Cash.parse("-6"))
    live.apply(lost)
    assert bars(live=live)["Loss today"].level == "full"


def test_unknown_is_no_empty_bar():
    for missing in ({"tables": None}, {"live": f.live(Equity)}):
        assert {bar.level for bar in worth.bars(f.facts(**missing))} == {"unknown"}
