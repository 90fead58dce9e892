def test_it_chooses_asks_in_batches_and_publishes(parsed_dags):
    facts = parsed_dags["probability_estimation"]
    assert facts["tasks"] == {"choose": ["ask"], "ask": ["publish"], "publish": []}


def test_it_is_woken_by_what_others_changed_one_run_at_a_time(parsed_dags):
    facts = parsed_dags["probability_estimation"]
    assert facts["period_s"] is None
    assert (facts["catchup"], facts["active"]) == (False, 1)
