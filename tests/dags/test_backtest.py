def test_it_runs_on_demand_alone(parsed_dags):
    facts = parsed_dags["backtest"]
    assert facts["tasks"] == {"run": []}
    assert (facts["period_s"], facts["catchup"]) == (None, False)
