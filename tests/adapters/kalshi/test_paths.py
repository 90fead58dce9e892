from kalshi_desk.adapters.kalshi import paths


def test_parts_are_encoded():
    assert paths.below(paths.MARKETS, "A/B C", "orderbook") == "/markets/A%2FB%20C/orderbook"
    assert paths.below(paths.ORDER_WRITES, "o-1") == "/portfolio/events/orders/o-1"
