def test_a_red_verdict_comes_after_the_rows_are_written(parsed_dags):
    facts = parsed_dags["data_quality"]
    assert facts["tasks"] == {"check": ["verdict"], "verdict": []}


def test_its_hour_is_event_time(parsed_dags):
    facts = parsed_dags["data_quality"]
    assert (facts["period_s"], facts["catchup"], facts["active"]) == (360, False, 1)
