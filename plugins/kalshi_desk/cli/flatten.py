"""``kalshi-desk flatten``: no entries, no resting orders, and everything that the desk holds is sold."""

from __future__ import annotations

import click

from kalshi_desk.cli import ACCOUNT
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.switches import SCOPES, left_after, obeyed, throw


@click.command(name="flatten")
@click.option("--reason", required=True, help="Why; kept in the audit log.")
@click.option(
    "--scope", type=click.Choice(SCOPES), default="both", show_default=True, help="The desk that is flattened."
)
@ACCOUNT
def command(account: str | None, reason: str, scope: str) -> int:
    """Pause, cancel what rests and sell what the desk bought at the bid, until ``resume``; allowed while halted.

    Positions taken by hand are left alone. Exit code 1 while something is still held: it is tried again by itself.
    """
    settings = load_settings(account=account)
    switch = throw(settings, "flatten", scope=scope, on=True, reason=reason)
    if not obeyed(settings, switch):
        click.echo("published, but order_execution has not confirmed it: see kalshi-desk status", err=True)
        return 1
    left = left_after(settings, scope)
    held = ", ".join(f"{count} {ticker}" for ticker, count in left.items())
    click.echo(f"flattening ({scope}): {reason}" if left else f"flat ({scope}): {reason}")
    if left:
        click.echo(f"still held: {held}; tried again until resume, see kalshi-desk why TICKER", err=True)
    return 1 if left else 0
