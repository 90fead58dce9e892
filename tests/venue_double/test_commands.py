import json

import pytest

from kalshi_desk.domain.inputs import BookChanged
from kalshi_desk.domain.units import Count, Nanos, Price
from kalshi_desk.simulation.listings import up_down
from kalshi_desk.venue_double.channels import Channels
from kalshi_desk.venue_double.commands import Connection
from kalshi_desk.venue_double.listing import Listing

A, B = "KXBTC15M-26NOV210930-30", "KXETH15M-26NOV210930-30"


def listing(ticker):
    found = Listing(up_down(ticker, Nanos(0), Nanos(900 * 10**9)))
    found.change(
        BookChanged(
            at=Nanos(1),
            occurred_at=Nanos(1),
            ticker=ticker,
            version=1,
            snapshot=True,
            yes=((Price(4_000), Count(100)),),
            no=((Price(3_000), Count(200)),),
        )
    )
    return found


@pytest.fixture
def talk():
    frames = []
    connection = Connection(Channels(), {A: listing(A), B: listing(B)}, frames.append, [].append)

    def say(cmd, **params):
        del frames[:]
        connection.take(json.dumps({"id": 5, "cmd": cmd, "params": params}))
        return [json.loads(frame) for frame in frames]

    say.connection = connection
    return say


def test_a_book_begins_with_its_snapshot(talk):
    told, whole = talk("subscribe", channels=["orderbook_delta"], market_tickers=[A])
    assert told == {"id": 5, "type": "subscribed", "msg": {"channel": "orderbook_delta", "sid": 1}}
    assert (whole["type"], whole["sid"], whole["seq"]) == ("orderbook_snapshot", 1, 1)
    assert whole["msg"]["yes_dollars_fp"] == [["0.4000", "1.00"]]
    assert whole["msg"]["no_dollars_fp"] == [["0.3000", "2.00"]]


def test_yes_prices_turn_the_other_side(talk):
    _, whole = talk("subscribe", channels=["orderbook_delta"], market_ticker=A, use_yes_price=True)
    assert whole["msg"]["no_dollars_fp"] == [["0.7000", "2.00"]]


def test_subscribing_again_extends_and_tells_only_the_new_book(talk):
    talk("subscribe", channels=["orderbook_delta"], market_tickers=[A])
    told, whole = talk("subscribe", channels=["orderbook_delta"], market_tickers=[A, B])
    assert told["msg"]["sid"] == 1
    assert (whole["msg"]["market_ticker"], whole["seq"]) == (B, 2)


def test_updates_are_acknowledged_within_the_numbering(talk):
    talk("subscribe", channels=["orderbook_delta"], market_tickers=[A])
    told, whole = talk("update_subscription", sids=[1], action="add_markets", market_tickers=[B])
    assert (told["type"], told["seq"], told["msg"]) == ("ok", 2, {"market_tickers": [A, B]})
    assert (whole["msg"]["market_ticker"], whole["seq"]) == (B, 3)
    (again,) = talk("update_subscription", sid=1, action="get_snapshot", market_tickers=[A])
    assert (again["id"], again["seq"]) == (5, 4)
    (less,) = talk("update_subscription", sids=[1], action="delete_markets", market_tickers=[A])
    assert less["msg"] == {"market_tickers": [B]}
    (listed,) = talk("list_subscriptions")
    assert listed["msg"] == [{"channel": "orderbook_delta", "sid": 1}]
    (gone,) = talk("unsubscribe", sids=[1])
    assert (gone["type"], gone["seq"]) == ("unsubscribed", 6)
    talk.connection.close()


@pytest.mark.parametrize(
    ("cmd", "params", "code"),
    [
        ("subscribe", {}, 3),
        ("subscribe", {"channels": ["gossip"]}, 8),
        ("subscribe", {"channels": ["orderbook_delta"]}, 14),
        ("subscribe", {"channels": ["orderbook_delta"], "market_ticker": "X"}, 16),
        ("unsubscribe", {}, 4),
        ("unsubscribe", {"sids": [9]}, 7),
        ("update_subscription", {}, 12),
        ("dance", {}, 5),
    ],
)
def test_wrong_commands_get_their_codes(talk, cmd, params, code):
    (told,) = talk(cmd, **params)
    assert (told["type"], told["msg"]["code"]) == ("error", code)


def test_actions_are_checked(talk):
    talk("subscribe", channels=["ticker"])
    assert talk("update_subscription", sid=1)[0]["msg"]["code"] == 15
    assert talk("update_subscription", sid=1, action="get_snapshot")[0]["msg"]["code"] == 13
    told = []
    connection = Connection(Channels(), {}, told.append, [].append)
    connection.take("{")
    assert json.loads(told[0])["msg"]["code"] == 1
