"""All that one rendering of the page is made from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kalshi_desk.domain.limits import RiskLimits
from kalshi_desk.domain.market import Market
from kalshi_desk.domain.units import Nanos
from kalshi_desk.page.live import LiveState
from kalshi_desk.page.tables import Row, Tables


@dataclass(frozen=True)
class Facts:
    """The page's knowledge at one moment; ``now`` is event time, None before the clock is known.

    ``topics_read``: the topics were read up to their ends. Faults are the words of what does not answer.
    ``speed`` is event seconds per wall second; ``further`` names the accounts beside the page's own;
    ``scan_interval`` is the event seconds between two discoveries of markets.
    """

    mode: str
    account: str
    coins: tuple[str, ...]
    crypto_series: frozenset[str]
    limits: RiskLimits
    live: LiveState
    llm_daily_budget: Decimal
    scan_interval: int
    now: Nanos | None = None
    speed: float = 1.0
    tables: Tables | None = None
    tables_fault: str | None = None
    topics_read: bool = False
    topics_fault: str | None = None
    further: tuple[str, ...] = ()

    def slack(self, limit_s: float) -> float:
        """Return a limit on age, in event seconds, with two wall seconds of the page's own delay on top."""
        return limit_s + 2 * self.speed

    def market(self, ticker: str) -> Market | None:
        """Return a market's definition from the topics, else from the tables."""
        listed = self.live.view.markets.get(ticker)
        return listed if listed is not None or self.tables is None else self.tables.markets.get(ticker)

    def desk_of(self, ticker: str) -> str:
        """Return which desk a market belongs to."""
        return "crypto" if ticker.partition("-")[0] in self.crypto_series else "forecast"

    def silence_s(self, process: str) -> float | None:
        """Return the wall seconds since a process's last sign of life; None if it never gave one."""
        row = self._heartbeat(process)
        return None if row is None else float(row["age_s"])

    def process_state(self, process: str) -> str | None:
        """Return what a process says of itself."""
        row = self._heartbeat(process)
        return None if row is None else str(row["state"])

    def switched(self, process: str) -> list[str]:
        """Return what a door says is on of its switches, as ``pause both: why``."""
        row = self._heartbeat(process)
        switches = {} if row is None else row["details"].get("switches", {})
        return [f"{key.replace(':', ' ')}: {each['reason']}" for key, each in switches.items() if each["on"]]

    def _heartbeat(self, process: str) -> Row | None:
        rows = [] if self.tables is None else self.tables.heartbeats
        return next((row for row in rows if row["process"] == process), None)
