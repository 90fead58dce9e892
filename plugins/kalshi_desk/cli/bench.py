"""``kalshi-desk bench``: how long the parts take on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

if TYPE_CHECKING:
    from kalshi_desk.bench.figures import Figure

MINUTES, INTENTS, LATENCY_NS = 30, 1_000, 50_000_000


@click.command("bench")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON, in milliseconds.")
@click.option("--minutes", type=click.IntRange(min=1), default=MINUTES, show_default=True, help="Of synthetic market.")
def command(as_json: bool, minutes: int) -> None:
    """Measure the way from an input to a committed order, and the sizing of many bets. Needs no running desk."""
    found = _figures(minutes)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    click.echo(f"{'':<48} {'trials':>8} {'p50 ms':>9} {'p99 ms':>9}")
    for one in found:
        click.echo(f"{one.name:<48} {one.n:>8} {one.p50:>9.3f} {one.p99:>9.3f}")


def _figures(minutes: int) -> list[Figure]:
    from kalshi_desk.bench import crypto_path, intents, stakes
    from kalshi_desk.replay.desk import DeskParams
    from kalshi_desk.settings import load_settings
    from kalshi_desk.wiring.gate import simulated_gate_params
    from kalshi_desk.wiring.strategy import crypto_params

    settings = load_settings()
    params = DeskParams(crypto=crypto_params(settings), gate=simulated_gate_params(settings), latency_ns=LATENCY_NS)
    desk = crypto_path.trade(params, minutes * 60)
    if not desk.orders:
        raise click.UsageError(f"no order in {minutes} minutes of the synthetic market: take more")
    with intents.own_postgres() as url:
        committed = intents.intents(url, desk.orders[0], INTENTS)
    return [*crypto_path.figures(desk), committed, *stakes.stakes()]
