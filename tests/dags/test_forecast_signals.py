def test_it_is_one_task_that_tells(parsed_dags):
    facts = parsed_dags["forecast_signals"]
    assert facts["tasks"] == {"tell": []}
    assert (facts["catchup"], facts["active"]) == (False, 1)
