from types import SimpleNamespace

from aiokafka import TopicPartition

from kalshi_desk.adapters.kafka.batches import assign_from, lag_of, next_batch

HERE, THERE = TopicPartition("t", 0), TopicPartition("t", 1)


class Consumer:
    def __init__(self) -> None:
        self.assigned, self.places = [], {}

    def assign(self, wanted) -> None:
        self.assigned = list(wanted)

    def seek(self, tp, offset) -> None:
        self.places[tp] = offset

    def highwater(self, tp):
        return {HERE: 12, THERE: None}[tp]

    async def getmany(self, *, timeout_ms, max_records):
        return {HERE: [SimpleNamespace(offset=1), SimpleNamespace(offset=2)], THERE: [SimpleNamespace(offset=9)]}


def test_each_partition_starts_at_its_place() -> None:
    consumer = Consumer()
    assign_from(consumer, [HERE, THERE], {("t", 1): 9})
    assert consumer.assigned == [HERE, THERE]
    assert consumer.places == {THERE: 9}


async def test_a_batch_keeps_the_order_of_each_partition() -> None:
    assert [record.offset for record in await next_batch(Consumer(), 10)] == [1, 2, 9]


def test_lag_is_unknown_where_nothing_was_fetched() -> None:
    assert lag_of(Consumer(), {HERE: 10, THERE: 5}) == 2
