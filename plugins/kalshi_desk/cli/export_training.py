"""``kalshi-desk export-training``: settled estimates for the fine-tuning of a model."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import click


@click.command("export-training")
def command() -> None:
    """Print each prompt of the desk's settled estimates with the outcome as JSON lines in OpenAI's chat format.

    A prompt is what was known when it was sent. It is checked again: one that holds a later date, a later article, a
    report of the outcome or the market's price is left out, and stderr counts what each check found.
    """
    from kalshi_desk.batch.desk import run_of
    from kalshi_desk.batch.training import examples
    from kalshi_desk.clock import wall_now
    from kalshi_desk.domain.training import CHECKS, chat, leaks
    from kalshi_desk.wiring.database import database_or_fault

    written, left, found = 0, 0, Counter[str]()
    with database_or_fault(), run_of(wall_now().datetime(), timedelta(days=1)) as run:
        for example in examples(run):
            if failed := leaks(example):
                left += 1
                found.update(failed)
                continue
            click.echo(json.dumps(chat(example), ensure_ascii=False))
            written += 1
    checks = ", ".join(f"{name} {found[name]}" for name in CHECKS)
    click.echo(f"{written} examples, {left} left out; {checks}", err=True)
