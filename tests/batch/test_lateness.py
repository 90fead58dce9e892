import pytest

from kalshi_desk.batch.lateness import tell
from tests.batch.alerts import alerts
from tests.batch.test_desk import open_account

pytestmark = pytest.mark.embedded


async def test_a_late_run_is_an_alert_that_names_dag_and_limit(paper_desk, broker, monkeypatch):
    monkeypatch.setenv("KAFKA_BOOTSTRAP", broker.bootstrap)
    open_account(paper_desk)
    await tell(dag_id="market_discovery", within_s=300.0, context={"whatever": "Airflow adds"})
    alert = (await alerts(broker))[-1]
    assert (alert.severity, alert.subject) == ("warning", "market_discovery is late")
    assert "did not end within 300 s" in alert.text
