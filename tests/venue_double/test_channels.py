import json

from kalshi_desk.venue_double.channels import Channels, Subscription


def test_each_subscription_numbers_its_own_messages():
    channels, first, second = Channels(), [], []
    one = Subscription("trade", 1, first.append, {"A"})
    two = Subscription("trade", 7, second.append, None)
    channels.add(one)
    channels.add(two)
    for ticker in ("A", "B"):
        channels.tell("trade", ticker, "trade", body=lambda: "{}")
    assert [json.loads(frame)["seq"] for frame in second] == [1, 2]
    assert [json.loads(frame) for frame in first] == [{"type": "trade", "sid": 1, "seq": 1, "msg": {}}]
    one.acknowledge("ok", 9, "[]")
    assert json.loads(first[-1]) == {"id": 9, "type": "ok", "sid": 1, "seq": 2, "msg": []}


def test_bodies_are_written_only_for_somebody():
    Channels().tell("trade", "A", "trade", body=lambda: 1 / 0)


def test_dropped_subscriptions_are_silent():
    channels, told = Channels(), []
    one = Subscription("trade", 1, told.append, None)
    channels.add(one)
    channels.drop([one])
    channels.tell("trade", "A", "trade", body=lambda: "{}")
    assert not told
