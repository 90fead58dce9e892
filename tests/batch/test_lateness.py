import pytest

from kalshi_desk.batch.lateness import tell
from tests.batch.alerts import alerts
from tests.batch.test_desk import open_account

pytestmark = pytest.mark.embedded


async def test_a_late_run_is_an_alert_and_a_backfilled_one_is_not(paper_desk, broker, monkeypatch):
    monkeypatch.setenv("KAFKA_BOOTSTRAP", broker.bootstrap)
    open_account(paper_desk)
    before = await alerts(broker)
    for run_type in ("scheduled", "backfill"):
        context = {"dag_run": {"run_type": run_type}, "deadline": {}}
        await tell(dag_id="market_discovery", within_s=300.0, context=context)
    (alert,) = (await alerts(broker))[len(before) :]
    assert (alert.severity, alert.subject) == ("warning", "market_discovery is late")
    assert "did not end within 300 s" in alert.text
