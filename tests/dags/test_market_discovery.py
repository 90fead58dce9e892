def test_it_fetches_stores_and_publishes_in_that_order(parsed_dags):
    facts = parsed_dags["market_discovery"]
    assert facts["tasks"] == {"fetch": ["store"], "store": ["publish"], "publish": []}


def test_its_five_minutes_are_event_time(parsed_dags):
    facts = parsed_dags["market_discovery"]
    assert facts["period_s"] == 30
    assert (facts["catchup"], facts["active"]) == (False, 1)
