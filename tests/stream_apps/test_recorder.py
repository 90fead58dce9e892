import psycopg2
import pytest

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.kafka.topics import DEAD_LETTERS, TOPICS
from kalshi_desk.adapters.postgres.recorder import Kept
from kalshi_desk.domain.inputs import IndexValue, SpotTrade
from kalshi_desk.domain.message import encode
from stream_apps import recorder as app
from tests.crypto import at
from tests.domain.messages import INPUTS
from tests.stream_apps.fakes import record, use


class Writer:
    """Writes all but the offsets it is told to refuse."""

    def __init__(self, *refused) -> None:
        self.refused, self.written, self.skipped = refused, [], []

    def write(self, connection, batch):
        if any(kept.offset in self.refused and kept.message is not None for kept in batch):
            raise psycopg2.DataError("no")
        self.written += [kept.offset for kept in batch if kept.message is not None]
        self.skipped += [kept.offset for kept in batch if kept.message is None]
        return len(batch)


@pytest.fixture
def told(monkeypatch):
    return use(monkeypatch, app.process, at(0))


async def test_only_trades_and_index_seconds_are_kept_of_the_inputs(told) -> None:
    kept = [(await app.read(record(encode(m), n))).message for n, m in enumerate(INPUTS) if not _foreign(m)]
    assert {type(message) for message in kept if message is not None} == {SpotTrade, IndexValue}


def _foreign(message):
    return type(message) not in topics.CRYPTO_INPUTS.value.__args__


async def test_a_book_is_kept_from_its_own_topic(told) -> None:
    book = next(m for m in INPUTS if type(m).__name__ == "BookChanged")
    assert (await app.read(record(encode(book), topic=topics.BOOKS.name))).message == book


async def test_what_cannot_be_read_keeps_its_place(told) -> None:
    kept = await app.read(record(b"{", 5))
    assert (kept.message, kept.offset) == (None, 5)
    assert [letter.offset for letter in told.of(DEAD_LETTERS)] == [5]
    assert (await app.read(record(None, 6))).message is None


async def test_one_bad_row_does_not_keep_the_others_out(told, monkeypatch) -> None:
    writer = Writer(3)
    monkeypatch.setattr(app, "writer", writer)
    trade = next(iter(INPUTS))
    await app.write([Kept("t", 0, offset, b"x", trade) for offset in range(8)], None)
    assert sorted(writer.written) == [0, 1, 2, 4, 5, 6, 7]
    assert writer.skipped == [3]
    assert [letter.offset for letter in told.of(DEAD_LETTERS)] == [3]


async def test_an_empty_batch_writes_nothing(monkeypatch) -> None:
    monkeypatch.setattr(app, "writer", None)
    await app.write([], None)


def test_every_topic_with_a_table_is_read() -> None:
    not_kept = {"kalshi.trades.v1", "orders.v1", "order_events.v1", "positions.v1", "watchlist.v1", "desk.control.v1",
                "estimate_requests.v1", "estimates.v1"}  # fmt: skip
    assert {topic.name for topic in app.TOPICS} == set(TOPICS) - not_kept
