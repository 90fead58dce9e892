"""The graduation ladder on the desk's record: a fall is written and told at once, a rise waits for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from kalshi_desk.adapters.kafka.announce import announce
from kalshi_desk.adapters.kafka.topics import CONTROL
from kalshi_desk.adapters.postgres.clock_epochs import load_epochs
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.batch.inputs import once
from kalshi_desk.domain.control import Rung
from kalshi_desk.domain.event_clock import event_time
from kalshi_desk.domain.ladder import CRYPTO_TRADES, FORECASTS, PAPER, Proof, Standing, Verdict, judge
from kalshi_desk.domain.units import Nanos
from kalshi_desk.strategies import crypto_fair_value, forecast_edge
from kalshi_desk.wiring import addresses

RECORD = "record"
APPROVE = "Approve"
BEGINNING = Nanos(0)
BARS = {forecast_edge.NAME: FORECASTS, crypto_fair_value.NAME: CRYPTO_TRADES}


class Record(msgspec.Struct, frozen=True):
    """Rungs: strategy, category, rung, since, began; proofs by strategy: category, ticker, event, at, gain."""

    standings: list[tuple[str, str, str, datetime, datetime | None]]
    proofs: dict[str, list[tuple[str, str, str, datetime, float]]]


@dataclass(frozen=True)
class Judged:
    """A strategy in a category: the rung it holds and the one its record supports."""

    strategy: str
    category: str
    held: str
    verdict: Verdict


def demote(run_after: datetime, period: timedelta) -> list[str]:
    """Write and publish the fall to paper of all whose record includes 0; return which, as ``strategy:category``."""
    with run_of(run_after, period) as run:
        fallen = [one for one in _judged(run) if one.verdict.rung == PAPER != one.held]
        for one in fallen:
            row = {"rung": PAPER, "changed_at": run.now.datetime(), "changed_by": RECORD, "reason": one.verdict.reason}
            _change(run, one.strategy, one.category, row)
    return [f"{one.strategy}:{one.category}" for one in fallen]


def promotable(run_after: datetime, period: timedelta) -> list[dict[str, Any]]:
    """Return what the record would let rise, for a person to decide: the words to show, and the ``wish`` itself."""
    with run_of(run_after, period) as run:
        risen = [one for one in _judged(run) if one.verdict.rung not in (one.held, PAPER)]
        return [
            {
                "subject": f"{run.account}: {one.strategy} in {one.category} from {one.held} to {one.verdict.rung}?",
                "body": one.verdict.reason,
                "wish": {
                    "strategy": one.strategy,
                    "category": one.category,
                    "held": one.held,
                    "rung": one.verdict.rung,
                    "reason": one.verdict.reason,
                },
            }
            for one in risen
        ]


def promote(run_after: datetime, period: timedelta, wish: Mapping[str, str], answer: Mapping[str, Any]) -> bool:
    """Write and publish a rise that a person approved, at the event time of the answer; return whether it was made.

    A rise is not made where the rung has changed since the person was asked.
    """
    if list(answer["chosen_options"]) != [APPROVE]:
        return False
    with run_of(run_after, period) as run:
        sql, db, changed_at = queries("graduation"), run.connection, _answered_at(run, answer["responded_at"])
        key = {"account": run.account, "strategy": wish["strategy"], "category": wish["category"]}
        newest = sql.newest_rung(db, **key)
        row = {"rung": wish["rung"], "changed_at": changed_at, "changed_by": _who(answer), "reason": wish["reason"]}
        if newest is not None and newest != tuple(row.values()) and not _stands(newest, wish, changed_at):
            return False
        _change(run, wish["strategy"], wish["category"], row)
    return True


def judged(record: Record, *, now: Nanos) -> Iterator[Judged]:
    """Yield every strategy and category that has a record or a rung, with what the record supports."""
    known = {(row[0], row[1].casefold()): row for row in record.standings}
    for strategy, bar in BARS.items():
        proofs = _by_category(record, strategy)
        held = {row[1] for row in known.values() if row[0] == strategy}
        names = {name.casefold(): name for name in sorted({*held, *proofs})}
        for folded, category in sorted(names.items()):
            standing = _standing(known.get((strategy, folded)))
            own = [proof for name, found in proofs.items() if name.casefold() == folded for proof in found]
            yield Judged(strategy, category, standing.rung, judge(standing, own, now=now, bar=bar))


def _judged(run: Run) -> Iterator[Judged]:
    return judged(once(run, "graduation", Record, lambda: read_record(run)), now=run.now)


def read_record(run: Run) -> Record:
    """Return rungs and proofs as they were known at the run's decision time."""
    key = {"account": run.account, "now": run.now.datetime()}
    standings = queries("graduation").standings(run.connection, **key, record=RECORD)
    return Record(list(standings), {strategy: _proofs(run, strategy) for strategy in BARS})


def _standing(row: tuple[Any, ...] | None) -> Standing:
    if row is None:
        return Standing(PAPER, BEGINNING, BEGINNING)
    _, _, rung, since, began = row
    return Standing(rung, Nanos.of(since), BEGINNING if began is None else Nanos.of(began))


def _by_category(record: Record, strategy: str) -> dict[str, list[Proof]]:
    found: dict[str, list[Proof]] = {}
    for category, ticker, event, at, gain in record.proofs[strategy]:
        found.setdefault(category, []).append(Proof(ticker, event, Nanos.of(at), gain))
    return found


def _proofs(run: Run, strategy: str) -> list[tuple[Any, ...]]:
    """Return forecasts' leads; trades' earnings, or while there are none the lead of the price they would trade on."""
    sql, db, key = queries("graduation"), run.connection, {"account": run.account, "now": run.now.datetime()}
    if strategy == forecast_edge.NAME:
        return list(sql.forecast_proofs(db, **key))
    return list(sql.trade_proofs(db, strategy=strategy, **key)) or list(sql.price_proofs(db, **key))


def _change(run: Run, strategy: str, category: str, row: Mapping[str, Any]) -> None:
    """Write a rung and tell it, once: a rung that stands there already has been told."""
    key = {"account": run.account, "strategy": strategy, "category": category}
    if queries("graduation").add_rung(run.connection, **key, **row) is not None:
        _publish(run, strategy, category)


def _publish(run: Run, strategy: str, category: str) -> None:
    """Tell the newest rung, so that the rerun of an old run tells nothing old."""
    sql, key = queries("graduation"), {"account": run.account, "strategy": strategy, "category": category}
    rung, changed_at, changed_by, reason = sql.newest_rung(run.connection, **key)
    told = Rung(at=Nanos.of(changed_at), **key, rung=rung, by=changed_by, reason=reason)
    announce(addresses.broker(run.settings), CONTROL, f"rung:{strategy}:{category}", told)


def _answered_at(run: Run, responded_at: datetime | str) -> datetime:
    wall = responded_at if isinstance(responded_at, datetime) else datetime.fromisoformat(responded_at)
    segments = load_epochs(addresses.database_url(run.settings), run.account)
    return event_time(segments, Nanos.of(wall)).datetime() if segments else wall


def _stands(newest: tuple[Any, ...], wish: Mapping[str, str], answered_at: datetime) -> bool:
    """Return whether the newest rung is still the one that the person was asked about."""
    rung, changed_at, *_ = newest
    return bool(rung == wish["held"] and changed_at <= answered_at)


def _who(answer: Mapping[str, Any]) -> str:
    user = answer["responded_by_user"]
    return "airflow" if user is None else f"airflow:{user['name']}"
