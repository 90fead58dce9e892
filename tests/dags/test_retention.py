def test_it_drops_the_desks_rows_before_airflows_once_a_day(parsed_dags):
    facts = parsed_dags["retention"]
    assert facts["tasks"] == {"airflow": [], "tables": ["airflow"]}
    assert (facts["period_s"], facts["catchup"]) == (8_640, False)
