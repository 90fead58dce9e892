"""Is the desk healthy: findings, worst first, each naming the part and the remedy."""

from __future__ import annotations

from dataclasses import dataclass

from kalshi_desk.domain.breakers import in_force
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.limits import InputLimits
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.page.facts import Facts

PROCESSES = ("order_execution", "portfolio", "crypto_signals", "kalshi_feed", "exchange_feeds", "recorder")
SILENT_S, LISTS_MISSED = 15.0, 3
# A run is late after two minutes by the wall, however short its period; Airflow takes minutes to start when all does.
RUN_WALL_S, START_WALL_S = 120.0, 600.0
LEVELS = ("critical", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be: ``level`` critical, warning or note."""

    level: str
    text: str
    remedy: str
    at: Nanos | None = None


@dataclass(frozen=True)
class DeskState:
    """What the desk does now: ``name`` trading, paused, flattening, halted, stopped or unknown; ``switch`` is why."""

    name: str
    switch: Switch | None = None
    why: str = ""


def desk_state(facts: Facts) -> DeskState:
    """Return the strongest switch in force, or that nobody trades because the door is silent."""
    for name, state in (("halt", "halted"), ("flatten", "flattening"), ("pause", "paused")):
        for (switch_name, _), switch in sorted(facts.live.switches.items()):
            if switch_name == name and facts.now is not None and in_force(switch, facts.now):
                return DeskState(state, switch, switch.reason)
    if not facts.topics_read:
        return DeskState("unknown", why="the topics have not been read yet")
    silent = facts.silence_s("order_execution")
    if silent is None or silent > SILENT_S:
        return DeskState("stopped", why="order_execution is silent")
    return DeskState("trading")


def findings(facts: Facts, inputs: InputLimits) -> list[Finding]:
    """Return everything that is wrong, worst first; an empty list is good health."""
    found = [
        *_reach(facts), *_processes(facts), *_inputs(facts, inputs), *batch(facts), *_checks(facts), *_switches(facts),
        *_letters(facts),
    ]  # fmt: skip
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))


def _reach(facts: Facts) -> list[Finding]:
    found = []
    if facts.tables_fault is not None:
        text = f"Postgres does not answer ({facts.tables_fault})."
        found.append(Finding("critical", text, "See .desk/logs/postgres.log; make up starts it again."))
    if facts.topics_fault is not None:
        text = f"Kafka does not answer ({facts.topics_fault})."
        found.append(Finding("critical", text, "See .desk/logs/kafka.log; make up starts it again."))
    return found


def _processes(facts: Facts) -> list[Finding]:
    if facts.tables is None:
        return []
    found = []
    further = [f"{process}_{name}" for name in facts.further for process in ("order_execution", "portfolio")]
    for name in (*PROCESSES, *further):
        silent, state = facts.silence_s(name), facts.process_state(name)
        level = "critical" if name.startswith("order_execution") else "warning"
        if silent is None or silent > SILENT_S:
            told = "has not started" if silent is None else f"has been silent for {silent:.0f} s"
            found.append(Finding(level, f"{name} {told}.", f"See .desk/logs/{name}.log; make up starts it again."))
        elif state != "ready":
            found.append(Finding("note", f"{name} is {state}.", f"If it stays so, see .desk/logs/{name}.log."))
    return found


def _inputs(facts: Facts, inputs: InputLimits) -> list[Finding]:
    now, live = facts.now, facts.live
    if now is None or not facts.topics_read:
        return []
    found = []
    alive = live.view.alive_at
    if alive is None or (now - alive) / 1e9 > inputs.book_s:
        text = "No sign of life from Kalshi's feed." if alive is None else "Kalshi's feed is silent."
        remedy = "Entries wait until it is back. See .desk/logs/kalshi_feed.log; is the venue up?"
        found.append(Finding("warning", text, remedy, alive))
    for coin in facts.coins:
        if (fault := _coin(facts, coin, now)) is not None:
            found.append(fault)
    return found


def _coin(facts: Facts, coin: str, now: Nanos) -> Finding | None:
    """Tell of a coin without a fresh index, or without a fresh trade where there is no index at all."""
    limits = InputLimits()
    index = facts.live.index.get(coin)
    if index is not None and (now - index.occurred_at) / 1e9 <= facts.slack(limits.index_s):
        return None
    trades = [trade for (name, _), trade in facts.live.spot.items() if name == coin]
    if index is None and any((now - trade.occurred_at) / 1e9 <= facts.slack(limits.spot_s) for trade in trades):
        return None
    at = max([trade.occurred_at for trade in trades] + ([] if index is None else [index.occurred_at]), default=None)
    return Finding("warning", f"No fresh price of {coin}.", f"{coin} markets are refused until it is back.", at)


def batch(facts: Facts) -> list[Finding]:
    """Tell of a watch list so old that Airflow must have missed three of them: nobody inside it would say so.

    Of a desk that was started some minutes ago nothing is told: Airflow starts more slowly than its clock.
    """
    tables, now = facts.tables, facts.now
    if tables is None or now is None:
        return []
    account = tables.account
    last = tables.listed_at or (None if account is None else Nanos.of(account["opened_at"]))
    period_s = max(facts.scan_interval, RUN_WALL_S * facts.speed)
    starting = account is not None and account["up_s"] < START_WALL_S
    if last is None or starting or (now - last) / NANOS <= LISTS_MISSED * period_s:
        return []
    text = f"Airflow has written no watch list for {(now - last) / NANOS / 60:.0f} minutes."
    remedy = "See .desk/logs/airflow-scheduler.log and the DAG market_discovery; make up starts what does not run."
    return [Finding("warning", text, remedy, last)]


def _checks(facts: Facts) -> list[Finding]:
    remedy = "Estimates and signals that need these rows wait. See /data-docs/ and the DAG data_quality."
    rows = [] if facts.tables is None else facts.tables.failed_checks
    return [Finding("warning", f"A data check fails: {row['suite']}: {row['expectation']}.", remedy) for row in rows]


def _switches(facts: Facts) -> list[Finding]:
    state = desk_state(facts)
    if state.switch is None:
        return []
    switch = state.switch
    text = f"The desk is {state.name} ({switch.scope}, by {switch.by}): {switch.reason}."
    ends = "It ends by itself." if switch.until is not None else "It stays until somebody resumes."
    return [Finding("note", text, ends, switch.at)]


def _letters(facts: Facts) -> list[Finding]:
    row = None if facts.tables is None else facts.tables.dead_letters
    if row is None or not row["count"]:
        return []
    many = f"{row['count']} messages" if row["count"] > 1 else "One message"
    text = f"{many} of the last hour could not be used; the latest: {row['latest'][:160]}"
    return [Finding("note", text, "kalshi-desk topics tail dead_letters.v1", Nanos.of(row["observed_at"]))]


def sentence(found: list[Finding]) -> str:
    """Return the health in one sentence, worst first."""
    grave = [finding for finding in found if finding.level != "note"]
    if not grave:
        return "All is well: every process is alive and the prices are fresh."
    more = f" ({len(grave) - 1} more below)" if len(grave) > 1 else ""
    return f"{grave[0].text} {grave[0].remedy}{more}"


def worst(found: list[Finding]) -> str:
    """Return the level of the worst finding, or ``fine``."""
    grave = [finding.level for finding in found if finding.level != "note"]
    return grave[0] if grave else "fine"
