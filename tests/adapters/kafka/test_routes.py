import pytest

from kalshi_desk.adapters.kafka.routes import routes, send_routed
from kalshi_desk.adapters.kafka.topics import BOOKS, CRYPTO_INPUTS, ESTIMATE_REQUESTS, LIFECYCLE, TRADES
from kalshi_desk.domain.control import EstimateRequest
from kalshi_desk.domain.inputs import (
    BookChanged,
    BookLost,
    FeedAlive,
    IndexTick,
    IndexValue,
    Lifecycle,
    MarketDefined,
    MarketTrade,
    SpotTrade,
)
from tests.domain.messages import AT, DEFINED, INPUTS

MESSAGES = {type(message): message for message in (*INPUTS, DEFINED[0])}


def coin_of(ticker):
    return "BTC"


def nothing_of(ticker):
    return None


@pytest.mark.parametrize("kind", [SpotTrade, IndexValue, IndexTick])
def test_what_prices_goes_to_the_inputs(kind) -> None:
    assert routes(MESSAGES[kind], nothing_of) == [(CRYPTO_INPUTS, "BTC")]


@pytest.mark.parametrize(
    ("kind", "topic"), [(BookChanged, BOOKS), (BookLost, BOOKS), (MarketDefined, LIFECYCLE), (Lifecycle, LIFECYCLE)]
)
def test_markets_go_to_their_topic_and_crypto_ones_to_the_inputs_too(kind, topic) -> None:
    message = MESSAGES[kind]
    assert routes(message, nothing_of) == [(topic, message.ticker)]
    assert routes(message, coin_of) == [(topic, message.ticker), (CRYPTO_INPUTS, "BTC")]


def test_trades_and_requests_have_one_topic() -> None:
    trade, request = MESSAGES[MarketTrade], EstimateRequest(at=AT, ticker="T", reason="r")
    assert routes(trade, coin_of) == [(TRADES, trade.ticker)]
    assert routes(request, coin_of) == [(ESTIMATE_REQUESTS, "T")]


class Counting:
    def __init__(self) -> None:
        self.everywhere, self.sent = [], []

    async def send_everywhere(self, topic, key, message):
        self.everywhere.append(topic)
        return [1, 2]

    async def send(self, topic, key, message):
        self.sent.append(topic)
        return 3


async def test_a_sign_of_life_goes_to_every_partition() -> None:
    publisher = Counting()
    assert await send_routed(publisher, FeedAlive(at=AT, source="kalshi"), coin_of) == [1, 2, 1, 2]
    assert publisher.everywhere == [CRYPTO_INPUTS, BOOKS]
    assert await send_routed(publisher, MESSAGES[BookLost], coin_of) == [3, 3]
    assert publisher.sent == [BOOKS, CRYPTO_INPUTS]
