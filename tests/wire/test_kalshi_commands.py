import json

from kalshi_desk.wire import kalshi_commands as commands


def wire(command):
    return json.loads(commands.encode_command(7, command))


def test_books_always_say_how_they_want_their_prices():
    assert wire(commands.subscribe(["orderbook_delta"], ["A", "B"])) == {
        "id": 7,
        "cmd": "subscribe",
        "params": {"channels": ["orderbook_delta"], "market_tickers": ["A", "B"], "use_yes_price": False},
    }
    assert wire(commands.get_snapshot(3, ["A"]))["params"]["use_yes_price"] is False
    assert wire(commands.add_markets(3, ["A"]))["params"]["use_yes_price"] is False


def test_other_channels_do_not():
    assert wire(commands.subscribe(["market_lifecycle_v2"]))["params"] == {"channels": ["market_lifecycle_v2"]}
    assert wire(commands.subscribe_indices("cfbenchmarks_value", ["BRTI"]))["params"] == {
        "channels": ["cfbenchmarks_value"],
        "index_ids": ["BRTI"],
    }


def test_updates():
    assert wire(commands.delete_markets(3, ["A"])) == {
        "id": 7,
        "cmd": "update_subscription",
        "params": {"sids": [3], "action": "delete_markets", "market_tickers": ["A"]},
    }
    assert wire(commands.add_markets(3, ["A"]))["params"]["action"] == "add_markets"
    assert wire(commands.unsubscribe([3, 4])) == {"id": 7, "cmd": "unsubscribe", "params": {"sids": [3, 4]}}
