import msgspec

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.inputs import BookChanged, IndexTick, MarketTrade
from kalshi_desk.domain.units import Count, IndexPrice, Price
from kalshi_desk.page.live import KEPT
from tests.page import facts, sample

change = msgspec.structs.replace


def test_latest_of_everything():
    live = facts.live()
    assert live.equity == sample.equity()
    assert set(live.marks) == {sample.BTC15, sample.LADDER[2][0]}
    assert live.spot["BTC", "kraken"].price == IndexPrice.parse("91239.40")
    assert live.view.books[sample.BTC15].quote().ask == Price.parse("0.54")
    assert live.book_at[sample.BTC15] == sample.ago(1)
    assert [signal.ticker for signal in live.signals] == [sample.LADDER[2][0], sample.BTC15]


def test_other_accounts_are_not_shown():
    live = facts.live()
    live.apply(change(sample.equity(), account="sim:recording:x", cash=sample.equity().cash))
    live.apply(change(sample.mark("X", "1", "0.5", None, None), account="other"))
    live.apply(change(sample.signal("X", "yes", 0), account="other"))
    assert live.equity == sample.equity()
    assert "X" not in live.marks
    assert len(live.signals) == 2


def test_a_closed_position_goes():
    live = facts.live()
    live.apply(sample.mark(sample.BTC15, "0", "0", None, None))
    assert sample.BTC15 not in live.marks


def test_an_older_index_value_does_not_replace_a_newer_one():
    live = facts.live()
    value = IndexPrice.parse("1")
    live.apply(IndexTick(at=sample.NOW, occurred_at=sample.ago(9), underlying="BTC", index_id="BRTI", value=value))
    assert live.index["BTC"].value != value
    live.apply(IndexTick(at=sample.NOW, occurred_at=sample.ago(0), underlying="BTC", index_id="BRTI", value=value))
    assert live.index["BTC"].value == value
    assert live.window["BTC"].window_count == 31


def test_a_gap_is_a_lost_book_not_a_fault():
    live = facts.live()
    live.apply(BookChanged(at=sample.NOW, occurred_at=sample.NOW, ticker=sample.BTC15, version=9, snapshot=False,
                           yes=(), no=()))  # fmt: skip
    assert not live.view.books[sample.BTC15].usable


def test_off_for_both_is_off_for_each():
    live = facts.live()
    live.apply(sample.PAUSE)
    assert live.switches["pause", "crypto"].on
    live.apply(Switch(at=sample.NOW, name="pause", scope="both", on=False, by="page", reason="r"))
    assert ("pause", "crypto") not in live.switches


def test_what_is_kept_is_bounded_and_other_kinds_pass():
    live = facts.live()
    for n in range(3 * KEPT):
        live.apply(sample.refusal("X", f"r{n}", "1", "2", 0))
    assert len(live.refusals) == KEPT
    assert live.refusals[0].reason == f"r{3 * KEPT - 1}"
    live.apply(MarketTrade(at=sample.NOW, occurred_at=sample.NOW, ticker="X", trade_id="t", price=Price(1),
                           count=Count(1), taker_outcome="yes"))  # fmt: skip
