"""The settled estimates' prompts as training examples."""

from __future__ import annotations

from collections.abc import Iterator

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import Run
from kalshi_desk.domain.training import Example
from kalshi_desk.domain.units import Nanos


def examples(run: Run) -> Iterator[Example]:
    """Yield every prompt of a full estimate whose answer was known at the run's decision time."""
    rows = queries("training").examples(run.connection, account=run.account, now=run.now.datetime())
    for asked_at, settled_at, outcome, price, prompt, later in rows:
        yield Example(
            asked_at=Nanos.of(asked_at),
            settled_at=Nanos.of(settled_at),
            outcome=outcome,
            price=price,
            prompt=prompt,
            later_titles=later,
        )
