"""``kalshi-desk resume``: trade again after a pause, a halt or a flatten."""

from __future__ import annotations

import click

from kalshi_desk.cli import ACCOUNT
from kalshi_desk.errors import DeskError
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.switches import known_switches, obeyed, throw


@click.command(name="resume")
@click.option("--reason", required=True, help="Why it is right to trade again; kept in the audit log.")
@ACCOUNT
def command(account: str | None, reason: str) -> int:
    """Take back every pause, halt and flatten, breakers' too; losses are counted anew from here."""
    settings = load_settings(account=account)
    thrown = [key.split(":", 1) for key, switch in known_switches(settings).items() if switch["on"]]
    if not thrown:
        raise DeskError("nothing is paused, halted or flattened")
    switches = [throw(settings, name, scope=scope, on=False, reason=reason) for name, scope in thrown]
    if all(obeyed(settings, switch) for switch in switches):
        click.echo(f"resumed ({', '.join(f'{name} {scope}' for name, scope in thrown)}): {reason}")
        return 0
    file = settings.desk_home / "halt"
    remedy = f"remove {file}" if file.exists() else "see kalshi-desk status"
    click.echo(f"published, but order_execution has not confirmed it: {remedy}", err=True)
    return 1
