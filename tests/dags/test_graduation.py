def test_falls_come_first_and_each_rise_waits_for_its_own_answer(parsed_dags):
    facts = parsed_dags["graduation"]
    assert facts["tasks"] == {
        "demote": ["promotable"],
        "promotable": ["rise.ask", "rise.promote"],
        "rise.ask": ["rise.promote"],
        "rise.promote": [],
    }
    assert facts["period_s"] == 8_640
    assert (facts["catchup"], facts["active"]) == (False, 4)
