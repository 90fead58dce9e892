"""The record of calls to models: what was paid is never paid again, and nothing starts that could break a budget."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from kalshi_desk.adapters.postgres.connection import Connection
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.risk import Breach
from kalshi_desk.domain.spend import Budget, Spent, day_of, over_budget
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.wire.forecast_answer import Answer
from kalshi_desk.wire.forecast_prompt import Prompt


@dataclass(frozen=True)
class Call:
    """One question to one model: ``stage`` screen or full, ``estimate_id`` of the estimate that it would serve."""

    estimate_id: str
    ticker: str
    stage: str
    vendor: str
    model: str
    evidence_set: int
    sample: int
    prompt: Prompt

    @property
    def call_id(self) -> str:
        """The call's identity: the same run makes it but once."""
        parts = (self.estimate_id, self.stage, self.vendor, self.model, str(self.evidence_set), str(self.sample))
        return sha256("|".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Known:
    """An answer that is there already; ``p_yes`` is None where the model's answer was none."""

    p_yes: float | None


class CallLedger:
    """The calls of one account in the run that decides at ``now``, on a connection that commits each statement."""

    def __init__(self, db: Connection, account: str, *, now: Nanos, budget: Budget) -> None:
        self._db, self._account, self._now, self._budget = db, account, now, budget
        self._sql = queries("estimation")

    def begin(self, call: Call, worst: Cash) -> Known | Breach | None:
        """Return an answer known already, the budget that the call could break, or None: reserved, now ask."""
        with self._db:
            list(self._sql.lock_spend(self._db, account=self._account))
            known = self._known(call)
            if known is not None:
                return known
            breach = over_budget(self._budget, self._spent(call.ticker), worst)
            if breach is None:
                self._sql.reserve_call(self._db, **self._row(call), reserved=str(worst))
            return breach

    def finish(self, call: Call, answer: Answer, *, reserved: Cash) -> None:
        """Write what came of a call that was begun."""
        self._sql.finish_call(
            self._db,
            call_id=call.call_id,
            answer=answer.text,
            p_yes=answer.p_yes,
            fault=answer.fault,
            input_tokens=answer.usage.total_input,
            output_tokens=answer.usage.output,
            reserved=str(reserved),
            cost=str(answer.cost),
        )

    def _known(self, call: Call) -> Known | None:
        own = self._sql.own_call(self._db, call_id=call.call_id)
        if own is not None:
            return Known(own[0]) if own[1] else None
        row = self._row(call)
        wanted = {
            name: row[name] for name in ("account", "prompt_hash", "vendor", "model", "evidence_set", "sample", "at")
        }
        found = self._sql.same_call(self._db, **wanted)
        if found is None:
            return None
        names = ("p_yes", "fault", "answer", "input_tokens", "output_tokens")
        self._sql.reuse_call(self._db, **row, **dict(zip(names, found, strict=True)))
        return Known(found[0])

    def _spent(self, ticker: str) -> Spent:
        start, end = day_of(self._now)
        day = {"day_start": start.datetime(), "day_end": end.datetime()}
        daily, market = self._sql.spent(self._db, account=self._account, ticker=ticker, **day)
        return Spent(Cash.parse(str(daily)), Cash.parse(str(market)))

    def _row(self, call: Call) -> dict[str, Any]:
        return {
            "call_id": call.call_id, "account": self._account, "estimate_id": call.estimate_id, "ticker": call.ticker,
            "stage": call.stage, "vendor": call.vendor, "model": call.model, "evidence_set": call.evidence_set,
            "sample": call.sample, "prompt_hash": call.prompt.hash, "prompt": call.prompt.whole,
            "at": self._now.datetime(),
        }  # fmt: skip
