"""``kalshi-desk fund``: move free cash to another exchange shard."""

from __future__ import annotations

import click

from kalshi_desk.cli import ACCOUNT
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import OutcomeUnknown, VenueError
from kalshi_desk.settings import Settings, load_settings
from kalshi_desk.wiring.funding import CRYPTO_SHARD, DEFAULT_SHARD, fund, read_balance


@click.command(name="fund")
@click.option(
    "--shard", type=int, required=True, help=f"Where the cash goes: {CRYPTO_SHARD} crypto, {DEFAULT_SHARD} most."
)
@click.option("--amount", required=True, help="Dollars, to $0.0001.")
@click.option("--from-shard", type=int, help=f"Where it comes from.  [default: {DEFAULT_SHARD}; {CRYPTO_SHARD} for 0]")
@ACCOUNT
def command(account: str | None, shard: int, amount: str, from_shard: int | None) -> int:
    """Move free cash between the shards of the account; written to the audit log, no P&L.

    Safe to repeat after a lost answer: the same command moves it once. Exit code 1 while nobody knows.
    """
    settings = load_settings(account=account)
    source = from_shard if from_shard is not None else CRYPTO_SHARD if shard == DEFAULT_SHARD else DEFAULT_SHARD
    try:
        moved = fund(settings, source=source, destination=shard, amount=Cash.parse(amount))
    except OutcomeUnknown as fault:
        click.echo(f"{fault}: repeat the same command, it moves the money once at most", err=True)
        return 1
    click.echo(f"moved ${moved.amount} from shard {moved.source} to shard {moved.destination}")
    click.echo(_free(settings))
    return 0


def _free(settings: Settings) -> str:
    try:
        shards = read_balance(settings).balance_breakdown
    except VenueError as fault:
        return f"free now: unknown ({fault})"
    return "free now: " + ", ".join(f"shard {shard.exchange_index} ${shard.balance}" for shard in shards)
