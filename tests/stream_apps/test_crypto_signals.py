import asyncio

import pytest

from kalshi_desk.adapters.kafka.agent import Acknowledger
from kalshi_desk.adapters.kafka.topics import DEAD_LETTERS, FAIR_VALUES, REFUSALS, SIGNALS
from kalshi_desk.domain.message import encode
from kalshi_desk.errors import ParseError
from kalshi_desk.simulation.synthetic import SyntheticMarket
from kalshi_desk.steps.crypto_signals import CryptoState, reduce
from stream_apps import crypto_signals as app
from tests.crypto import OPEN, at
from tests.domain.messages import DECISIONS
from tests.stream_apps.fakes import FakeEvent, FakeStream, record, use

MINUTES = 4


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(app, "states", {0: CryptoState()})
    monkeypatch.setattr(app, "applied", {})
    monkeypatch.setattr(app, "acknowledger", Acknowledger())
    return use(monkeypatch, app.process, at(0))


@pytest.fixture(scope="module")
def records():
    market = SyntheticMarket.begin(7, OPEN)
    messages = market.standing() + market.advance(at(MINUTES * 60))
    kinds = app.CRYPTO_INPUTS.value
    wanted = [m for m in messages if isinstance(m, kinds) and getattr(m, "underlying", "BTC") == "BTC"]
    return [record(encode(message), offset) for offset, message in enumerate(wanted)]


async def run(records):
    events = [FakeEvent(each) for each in records]
    acknowledging = asyncio.create_task(app.acknowledger.run())
    await app.price.fun(FakeStream(events))
    while not all(event.acked for event in events):
        await asyncio.sleep(0)
    acknowledging.cancel()


async def test_the_app_says_what_the_reducer_says(fresh, records) -> None:
    await run(records)
    state, expected = CryptoState(), []
    for each in records:
        expected += reduce(state, app.decode(each.value), params=app.params, seen=str(each.offset))
    assert [encode(message) for _, _, message in fresh.records] == [encode(message) for message in expected]
    assert fresh.of(FAIR_VALUES)
    assert fresh.of(REFUSALS)


async def test_a_record_seen_twice_leads_to_nothing_more(fresh, records) -> None:
    await run(records)
    count = len(fresh.records)
    await run(records[-50:])
    assert len(fresh.records) == count


async def test_a_rebuilt_state_goes_on_as_if_nothing_had_been(fresh, records) -> None:
    await run(records)
    whole = [encode(message) for _, _, message in fresh.records]
    fresh.records.clear()
    app.states[0], cut = CryptoState(), len(records) // 2
    app.applied.clear()
    for each in records[:cut]:
        app.apply_again(each)
    assert fresh.records == []
    await run(records[cut - 20 :])
    rest = [encode(message) for _, _, message in fresh.records]
    assert rest == whole[len(whole) - len(rest) :]
    assert rest


async def test_what_cannot_be_read_is_set_aside(fresh) -> None:
    await run([record(b"{", 0)])
    [letter] = fresh.of(DEAD_LETTERS)
    assert (letter.offset, letter.error) == (0, "ParseError")


def test_a_rebuild_passes_over_what_failed_then(monkeypatch) -> None:
    app.apply_again(record(b"{", 0))
    monkeypatch.setattr(app, "reduce", lambda *_, **__: 1 / 0)
    app.apply_again(record(encode(next(iter(DECISIONS))), 1))
    with pytest.raises(ParseError):
        app.apply(record(b"{", 2))


async def test_signals_are_keyed_by_their_account(fresh) -> None:
    for message in DECISIONS:
        await app.publish(message)
    keys = {topic: key for topic, key, _ in fresh.records}
    assert keys == {FAIR_VALUES: "T", SIGNALS: "a", REFUSALS: "T"}
