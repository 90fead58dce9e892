def test_a_red_verification_does_not_keep_the_scores_back(parsed_dags):
    facts = parsed_dags["settlement_scoring"]
    after = ["parts", "score", "scorecard", "verify"]
    assert facts["tasks"] == {"results": after} | {task: [] for task in after}


def test_its_hour_is_event_time(parsed_dags):
    assert parsed_dags["settlement_scoring"]["period_s"] == 360
