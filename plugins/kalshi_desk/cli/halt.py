"""``kalshi-desk halt``: no orders at all; resting ones are cancelled."""

from __future__ import annotations

import click

from kalshi_desk.cli import ACCOUNT
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.door_groups import stop_groups
from kalshi_desk.wiring.switches import SCOPES, obeyed, throw


@click.command(name="halt")
@click.option("--reason", required=True, help="Why; kept in the audit log.")
@click.option("--scope", type=click.Choice(SCOPES), default="both", show_default=True, help="The desk that halts.")
@ACCOUNT
def command(account: str | None, reason: str, scope: str) -> int:
    """Send no order any more and cancel what rests, until ``resume``; fills are still booked."""
    settings = load_settings(account=account)
    switch = throw(settings, "halt", scope=scope, on=True, reason=reason)
    if obeyed(settings, switch):
        click.echo(f"halted ({scope}): {reason}")
        return 0
    click.echo("published, but order_execution has not confirmed it: see kalshi-desk status", err=True)
    stopped, groups = stop_groups(settings, scope)
    click.echo(
        f"stopped {stopped} of {groups} order groups at the venue, where what rested in them is cancelled", err=True
    )
    return 1
