import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kalshi_desk.domain.book import Book, BookState, mid
from kalshi_desk.domain.inputs import BookChanged
from kalshi_desk.domain.market import Outcome, Quote
from kalshi_desk.domain.units import PAYOUT, Count, Nanos, Price
from kalshi_desk.errors import ParseError, SequenceGap


def side(levels):
    return tuple((Price.parse(price), Count.parse(count)) for price, count in levels)


def change(version, *, yes=(), no=(), snapshot=False):
    return BookChanged(
        at=Nanos(1), occurred_at=Nanos(1), ticker="T", version=version, snapshot=snapshot, yes=side(yes), no=side(no)
    )


@pytest.fixture
def book():
    book = Book("T")
    book.apply(change(7, yes=[("0.40", "10"), ("0.38", "5")], no=[("0.55", "3"), ("0.50", "8")], snapshot=True))
    return book


def test_the_ask_is_the_complement_of_the_best_no_bid(book):
    assert book.quote() == Quote(Price.parse("0.40"), Count(1_000), Price.parse("0.45"), Count(300))
    assert book.usable
    assert book.state is BookState.LIVE


def test_the_next_best_takes_over_when_a_level_goes(book):
    book.apply(change(8, yes=[("0.40", "0")], no=[("0.55", "0"), ("0.50", "2")]))
    assert book.quote() == Quote(Price.parse("0.38"), Count(500), Price.parse("0.50"), Count(200))
    assert book.version == 8


def test_an_empty_side_has_no_price(book):
    book.apply(change(8, yes=[("0.40", "0"), ("0.38", "0")]))
    assert book.quote() == Quote(None, Count(0), Price.parse("0.45"), Count(300))
    assert mid(book.quote()) is None


def test_the_mid_is_the_average_of_bid_and_ask(book):
    assert mid(book.quote()) == pytest.approx(0.425)


def test_levels_come_best_first(book):
    assert book.levels(Outcome.NO) == side([("0.55", "3"), ("0.50", "8")])


@pytest.mark.parametrize("version", [7, 9, 1])
def test_a_missing_version_loses_the_book_until_a_snapshot(book, version):
    with pytest.raises(SequenceGap, match=f"book T: expected 8, got {version}"):
        book.apply(change(version))
    assert (book.state, book.reason, book.usable) == (BookState.LOST, "gap", False)
    assert not book.apply(change(version + 1))
    assert book.apply(change(2, snapshot=True))
    assert book.usable


def test_a_new_book_waits_for_its_snapshot():
    book = Book("T")
    assert not book.apply(change(1, yes=[("0.40", "10")]))
    assert (book.reason, book.levels(Outcome.YES)) == ("no_snapshot", ())


@pytest.mark.parametrize("bids", [("0.40", "0.60"), ("0.45", "0.60")])
def test_a_crossed_book_is_not_usable_until_it_uncrosses(bids):
    book = Book("T")
    book.apply(change(1, yes=[(bids[0], "1")], no=[(bids[1], "1")], snapshot=True))
    assert (book.state, book.usable) == (BookState.CROSSED, False)
    book.apply(change(2, no=[(bids[1], "0")]))
    assert (book.state, book.usable) == (BookState.LIVE, True)


@pytest.mark.parametrize("level", [("0.40", "-1"), ("1", "1"), ("0", "1")])
def test_an_impossible_level_loses_the_book(book, level):
    with pytest.raises(ParseError):
        book.apply(change(8, yes=[level]))
    assert book.reason == "bad_level"


def test_deltas_add_up(book):
    assert book.apply_delta(Outcome.YES, Price.parse("0.41"), Count.parse("2.5")) == Count.parse("2.5")
    assert book.apply_delta(Outcome.YES, Price.parse("0.41"), Count.parse("-2.5")) == 0
    assert book.quote().bid == Price.parse("0.40")


def test_a_delta_below_zero_loses_the_book(book):
    with pytest.raises(ParseError, match=r"would hold -1\.00"):
        book.apply_delta(Outcome.NO, Price.parse("0.55"), Count.parse("-4"))
    assert book.state is BookState.LOST


prices = st.integers(1, 9_999).map(Price)
sizes = st.one_of(st.just(Count(0)), st.integers(1, 10_000).map(Count))
levels = st.lists(st.tuples(prices, sizes), max_size=4).map(tuple)


class BookAgainstDictionaries(RuleBasedStateMachine):
    """The book and two plain dictionaries are told the same and must show the same."""

    def __init__(self):
        super().__init__()
        self.book, self.version = Book("T"), 0
        self.naive = {Outcome.YES: {}, Outcome.NO: {}}
        self.snapshot((), ())

    def tell(self, yes, no, *, snapshot):
        self.version += 1
        self.book.apply(
            BookChanged(
                at=Nanos(1), occurred_at=Nanos(1), ticker="T", version=self.version, snapshot=snapshot, yes=yes, no=no
            )
        )

    @rule(yes=levels, no=levels)
    def snapshot(self, yes, no):
        self.tell(yes, no, snapshot=True)
        self.naive = {Outcome.YES: dict(yes), Outcome.NO: dict(no)}

    @rule(yes=levels, no=levels)
    def change(self, yes, no):
        self.tell(yes, no, snapshot=False)
        self.naive[Outcome.YES].update(yes)
        self.naive[Outcome.NO].update(no)

    @rule(outcome=st.sampled_from(list(Outcome)), price=prices, delta=st.integers(1, 500).map(Count))
    def add(self, outcome, price, delta):
        size = self.book.apply_delta(outcome, price, delta)
        self.naive[outcome][price] = Count(self.naive[outcome].get(price, 0) + delta)
        assert size == self.naive[outcome][price]

    @rule(outcome=st.sampled_from(list(Outcome)))
    def remove_best(self, outcome):
        if best := max(self.left(outcome), default=None):
            self.book.apply_delta(outcome, best, Count(-self.naive[outcome][best]))
            self.naive[outcome][best] = Count(0)

    def left(self, outcome):
        return {price: count for price, count in self.naive[outcome].items() if count}

    @invariant()
    def shows_the_same(self):
        yes, no = self.left(Outcome.YES), self.left(Outcome.NO)
        for outcome, naive in ((Outcome.YES, yes), (Outcome.NO, no)):
            assert dict(self.book.levels(outcome)) == naive
        quote, bid, other = self.book.quote(), max(yes, default=None), max(no, default=None)
        assert (quote.bid, quote.bid_count) == (bid, yes.get(bid, 0))
        assert (quote.ask, quote.ask_count) == (other and PAYOUT - other, no.get(other, 0))
        assert self.book.usable == ((bid or 0) + (other or 0) < PAYOUT)


BookAgainstDictionaries.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestBookAgainstDictionaries = BookAgainstDictionaries.TestCase
