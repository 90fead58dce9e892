def test_it_fetches_and_stores_in_that_order(parsed_dags):
    assert parsed_dags["news_aggregation"]["tasks"] == {"fetch": ["store"], "store": []}


def test_its_quarter_of_an_hour_is_event_time(parsed_dags):
    facts = parsed_dags["news_aggregation"]
    assert facts["period_s"] == 90
    assert (facts["catchup"], facts["active"]) == (False, 1)
