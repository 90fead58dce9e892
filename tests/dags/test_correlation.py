def test_it_is_one_task_a_day_of_event_time(parsed_dags):
    facts = parsed_dags["correlation"]
    assert facts["tasks"] == {"compare": []}
    assert facts["period_s"] == 8_640
