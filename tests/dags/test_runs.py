import pytest

from tests.dags.conftest import CHAIN, FILES

pytestmark = pytest.mark.embedded


@pytest.mark.parametrize("dag_id", [path.stem for path in FILES])
def test_every_dag_runs_through(ran_dags, dag_id):
    ran = ran_dags[dag_id]
    assert ran["state"] == "success", ran
    assert ran["tasks"]
    assert set(ran["tasks"].values()) <= {"success", "skipped"}, ran


@pytest.mark.parametrize("dag_id", [path.stem for path in FILES])
def test_run_again_for_its_interval_after_all_others_it_changes_no_row_and_sends_nothing(ran_dags, dag_id):
    ran = ran_dags[dag_id]
    assert ran["again"]["state"] == "success", ran
    assert ran["changed"] == {}


@pytest.mark.parametrize("dag_id", CHAIN)
def test_the_forecast_chain_has_work_at_every_link(ran_dags, dag_id):
    assert set(ran_dags[dag_id]["tasks"].values()) == {"success"}, ran_dags[dag_id]
