import json

from kalshi_desk.wire.kalshi_subscriptions import Subscriptions, coins_by_index
from kalshi_desk.wire.kalshi_ws import Subscribed


def said(frames):
    return [(f["cmd"], f["params"]) for f in map(json.loads, frames)]


def confirmed(subscriptions):
    subscriptions.confirmed(Subscribed("orderbook_delta", 5))
    subscriptions.confirmed(Subscribed("trade", 6))


def test_a_connection_opens_with_lifecycle_indices_and_the_markets_known() -> None:
    frames = Subscriptions(["BRTI"]).greeting(["B", "A"])
    assert [json.loads(frame)["id"] for frame in frames] == [1, 2, 3, 4, 5]
    assert said(frames) == [
        ("subscribe", {"channels": ["market_lifecycle_v2"]}),
        ("subscribe", {"channels": ["cfbenchmarks_value"], "index_ids": ["BRTI"]}),
        ("subscribe", {"channels": ["cfbenchmarks_value_5hz"], "index_ids": ["BRTI"]}),
        ("subscribe", {"channels": ["orderbook_delta"], "market_tickers": ["A", "B"], "use_yes_price": False}),
        ("subscribe", {"channels": ["trade"], "market_tickers": ["A", "B"]}),
    ]


def test_without_markets_books_are_not_asked_for_yet() -> None:
    subscriptions = Subscriptions([])
    assert len(subscriptions.greeting([])) == 1
    assert [cmd for cmd, _ in said(subscriptions.follow(["A"]))] == ["subscribe", "subscribe"]


def test_changes_wait_for_the_reply_and_then_come_at_once() -> None:
    subscriptions = Subscriptions([])
    subscriptions.greeting(["A"])
    assert subscriptions.follow(["B"]) == []
    confirmed(subscriptions)
    changes = [(cmd, params["sids"], params["action"], params["market_tickers"]) for cmd, params in
               said(subscriptions.follow(["B"]))]  # fmt: skip
    assert changes == [
        ("update_subscription", [5], "add_markets", ["B"]),
        ("update_subscription", [5], "delete_markets", ["A"]),
        ("update_subscription", [6], "add_markets", ["B"]),
        ("update_subscription", [6], "delete_markets", ["A"]),
    ]
    assert subscriptions.follow(["B"]) == []


def test_a_new_connection_starts_anew() -> None:
    subscriptions = Subscriptions([])
    subscriptions.greeting(["A"])
    confirmed(subscriptions)
    assert [cmd for cmd, _ in said(subscriptions.greeting(["A"]))] == ["subscribe"] * 3
    assert subscriptions.follow(["A", "B"]) == []


def test_coins_are_found_by_their_index() -> None:
    assert coins_by_index({"BTC": "BRTI"}, ["BTC", "XYZ"]) == {"BRTI": "BTC"}
