import socket

import pytest

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.reach import require_broker
from kalshi_desk.errors import DeskError


def test_one_address_that_listens_is_enough() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        open_port = server.getsockname()[1]
        require_broker(Broker(f"127.0.0.1:1, 127.0.0.1:{open_port}"))


@pytest.mark.parametrize("bootstrap", ["127.0.0.1:1", "nonsense", "127.0.0.1:1,127.0.0.1:2"])
def test_nobody_there_is_one_line(bootstrap: str) -> None:
    with pytest.raises(DeskError, match="no Kafka at") as fault:
        require_broker(Broker(bootstrap))
    assert "\n" not in str(fault.value)
