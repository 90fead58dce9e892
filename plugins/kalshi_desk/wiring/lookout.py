"""What the door keeps an eye on besides its signals: the halt file, the feeds' heartbeats, the checks of the data."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from kalshi_desk.adapters.postgres.vital_signs import VitalSigns
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.units import Nanos
from kalshi_desk.steps import automatic_pauses
from kalshi_desk.steps.automatic_pauses import Beat, FeedWatch
from kalshi_desk.steps.gate_state import GateState, observe
from kalshi_desk.wiring.halt_file import halt_of
from kalshi_desk.wiring.streams import StreamProcess


class Lookout:
    """Looks for one door; ``throw`` obeys and publishes a switch, ``alert`` tells a person.

    ``uncompared`` is how often running ledger and venue could not be compared, as the door says.
    """

    def __init__(
        self,
        process: StreamProcess,
        state: GateState,
        *,
        throw: Callable[[Switch], Awaitable[None]],
        alert: Callable[[str, str, str], Awaitable[None]],
    ) -> None:
        self._process, self._state, self._throw, self._alert = process, state, throw, alert
        self.signs, self.feeds = VitalSigns(process.database_url, process.desk_account), FeedWatch(wall_now())
        self.halt_file = process.settings.desk_home / "halt"
        self._file_halt: Switch | None = None
        self._file_told = False
        self.uncompared = 0

    async def look_at_halt_file(self) -> None:
        """Halt while the file is there: resume before it is gone is no resume."""
        found = self._file_halt = await asyncio.to_thread(halt_of, self.halt_file, now=self._process.now())
        told, self._file_told = self._file_told, found is not None
        if found is not None and not told:
            await self._throw(found)

    def heard(self, switch: Switch) -> None:
        """Hear of a switch: no order slips through a resume until the file is looked at again."""
        if self._file_halt is not None and (switch.name, switch.on) == ("halt", False):
            observe(self._state, self._file_halt)
            self._file_told = False

    async def look_at_desk(self) -> None:
        """Pause what a silent feed or a failed check of the data makes unsafe, and end that once it is mended."""
        now = self._process.now()
        beats, failed = await asyncio.to_thread(self._read, now)
        wanted = automatic_pauses.causes(self.feeds.silent(beats, wall=wall_now()), failed, self.uncompared)
        for switch in automatic_pauses.changes(self._state.switches, wanted, now=now):
            await self._throw(switch)
            subject = f"entries paused by {switch.by}" if switch.on else f"entries go on: {switch.by}"
            await self._alert("warning" if switch.on else "info", subject, f"{switch.scope}: {switch.reason}")

    def _read(self, now: Nanos) -> tuple[list[Beat], list[str]]:
        return [Beat(*row) for row in self.signs.beats()], self.signs.failed(automatic_pauses.CHECKED, now)
