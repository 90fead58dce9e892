def test_it_is_one_task_a_day_of_event_time(parsed_dags):
    facts = parsed_dags["daily_report"]
    assert facts["tasks"] == {"write": []}
    assert facts["period_s"] == 8_640
