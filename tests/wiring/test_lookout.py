from contextlib import closing
from pathlib import Path

import pytest

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.heartbeats import beat
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.steps.automatic_pauses import GRACE_S, FeedWatch
from kalshi_desk.steps.gate_state import GateState, observe
from kalshi_desk.wiring.lookout import Lookout
from tests.steps import desk
from tests.wiring.process import FakeProcess

pytestmark = pytest.mark.embedded
LONG_AGO = Nanos(wall_now() - int(10 * GRACE_S) * NANOS)


class Eyes:
    def __init__(self, database: str, halt_file: Path) -> None:
        self.state, self.thrown, self.alerts, self.database = GateState(), [], [], database
        process = FakeProcess(database, desk.T0)
        self.lookout = Lookout(process, self.state, throw=self._throw, alert=self._alert)
        self.lookout.halt_file, self.lookout.feeds = halt_file, FeedWatch(LONG_AGO)

    async def _throw(self, switch: Switch) -> None:
        self.thrown.append(switch)
        observe(self.state, switch)

    async def _alert(self, severity: str, subject: str, text: str) -> None:
        self.alerts.append((severity, subject))

    async def after(self, **states: str) -> dict[str, bool]:
        """Return the pauses thrown by a look at these processes' heartbeats of now."""
        self.thrown.clear()
        with closing(connect(self.database, "test")) as db:
            for process, state in states.items():
                beat(db, process, state, {})
        await self.lookout.look_at_desk()
        return {switch.scope: switch.on for switch in self.thrown}


@pytest.fixture
def eyes(database: str, tmp_path: Path) -> Eyes:
    return Eyes(database, tmp_path / "halt")


async def test_a_silent_feed_pauses_what_needs_it_until_it_is_back(eyes: Eyes) -> None:
    assert await eyes.after() == {"both": True, "crypto": True}
    assert eyes.alerts == [("warning", "entries paused by breaker:heartbeat")] * 2
    assert await eyes.after(kalshi_feed="ready", exchange_feeds="starting") == {"both": False}
    assert await eyes.after(exchange_feeds="ready") == {"crypto": False}
    assert eyes.alerts[-1] == ("info", "entries go on: breaker:heartbeat")
    assert await eyes.after(exchange_feeds="starting") == {}


async def test_books_that_are_not_compared_pause_both_desks_until_they_are(eyes: Eyes) -> None:
    well = {"kalshi_feed": "ready", "exchange_feeds": "ready"}
    for times, paused in ((4, {}), (5, {"both": True}), (6, {}), (0, {"both": False})):
        eyes.lookout.uncompared = times
        assert await eyes.after(**well) == paused


async def test_a_failed_check_pauses_the_forecast_desk_until_it_passes(eyes: Eyes) -> None:
    well = {"kalshi_feed": "ready", "exchange_feeds": "ready"}
    check = f"""insert into desk.quality_checks
    values ('{desk.ACCOUNT}', %s, 'an ask is not below its bid', true, %s, '{{}}', %s, '2026-05-13 11:59Z')"""
    with closing(connect(eyes.database, "test")) as db, db, db.cursor() as cursor:
        cursor.execute(check, ("spot_trades", False, "2026-05-13 10:00Z"))
    assert await eyes.after(**well) == {}
    with closing(connect(eyes.database, "test")) as db, db, db.cursor() as cursor:
        cursor.execute(check, ("snapshots", False, "2026-05-13 10:00Z"))
    assert await eyes.after(**well) == {"forecast": True}
    assert "snapshots: an ask is not below its bid" in eyes.thrown[0].reason
    with closing(connect(eyes.database, "test")) as db, db, db.cursor() as cursor:
        cursor.execute(check, ("snapshots", True, "2026-05-13 11:00Z"))
    assert await eyes.after(**well) == {"forecast": False}


async def test_the_halt_file_outlasts_a_resume(eyes: Eyes) -> None:
    eyes.lookout.halt_file.write_text("odd fills")
    await eyes.lookout.look_at_halt_file()
    resume = desk.switch("halt", on=False)
    observe(eyes.state, resume)
    eyes.lookout.heard(resume)
    assert eyes.state.switch("halt", "crypto", desk.T0) is not None
    await eyes.lookout.look_at_halt_file()
    await eyes.lookout.look_at_halt_file()
    assert [switch.reason for switch in eyes.thrown] == ["odd fills"] * 2
