def test_it_is_one_task_a_day_of_event_time(parsed_dags):
    facts = parsed_dags["calibration"]
    assert facts["tasks"] == {"fit": []}
    assert facts["period_s"] == 8_640
    assert (facts["catchup"], facts["active"]) == (False, 1)
