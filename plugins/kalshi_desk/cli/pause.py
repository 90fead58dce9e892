"""``kalshi-desk pause``: no new entries; exits go on."""

from __future__ import annotations

import click

from kalshi_desk.cli import ACCOUNT
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.switches import SCOPES, obeyed, throw


@click.command(name="pause")
@click.option("--reason", default="by hand", show_default=True, help="Why; kept in the audit log.")
@click.option("--scope", type=click.Choice(SCOPES), default="both", show_default=True, help="The desk that pauses.")
@ACCOUNT
def command(account: str | None, reason: str, scope: str) -> int:
    """Stop new entries until ``resume``; what is held is still sold by its rules."""
    settings = load_settings(account=account)
    switch = throw(settings, "pause", scope=scope, on=True, reason=reason)
    if obeyed(settings, switch):
        click.echo(f"paused ({scope}): {reason}")
        return 0
    click.echo("published, but order_execution has not confirmed it: see kalshi-desk status", err=True)
    return 1
