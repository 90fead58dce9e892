import pytest

from kalshi_desk.batch.alarm import raise_alarm
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Nanos
from tests.batch.alerts import alerts
from tests.batch.test_desk import open_account

pytestmark = pytest.mark.embedded
OPENED = Nanos.parse("2026-05-01T00:00:00Z")


async def test_an_alert_is_there_when_it_returns_in_event_time(paper_desk, broker, monkeypatch):
    monkeypatch.setenv("KAFKA_BOOTSTRAP", broker.bootstrap)
    open_account(paper_desk, ClockSegment(wall_now(), OPENED, 10.0))
    raise_alarm(severity="warning", subject="late", text="as it is")
    raise_alarm(severity="critical", subject="wrong", text="as it was", at=OPENED)
    late, wrong = (await alerts(broker))[-2:]
    assert (late.app, late.severity, late.subject, late.text) == ("batch", "warning", "late", "as it is")
    assert 0 < (late.at - OPENED) / 1e9 < 1_200
    assert wrong.at == OPENED
