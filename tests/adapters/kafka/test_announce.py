import pytest

from kalshi_desk.adapters.kafka.announce import announce
from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.reader import load_compacted
from kalshi_desk.adapters.kafka.topics import CONTROL
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import DeskError
from tests.embedded.conftest import free_base

SWITCH = Switch(
    at=Nanos.parse("2026-11-21T12:00:00Z"), name="drill", scope="crypto", on=True, by="test", reason="announced"
)


@pytest.mark.embedded
async def test_a_message_is_there_when_it_returns(broker: Broker) -> None:
    announce(broker, CONTROL, "drill:crypto", SWITCH)
    assert (await load_compacted(broker, CONTROL.name, 1))[b"drill:crypto"] == encode(SWITCH)


def test_a_broker_that_is_away_is_one_line() -> None:
    with pytest.raises(DeskError, match="no Kafka at"):
        announce(Broker(f"127.0.0.1:{free_base()}"), CONTROL, "halt:both", SWITCH)
