"""``kalshi-desk doctor``: what is wrong with this desk, and how to mend it."""

from __future__ import annotations

import click
import msgspec

from kalshi_desk.cli import ACCOUNT
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.examination import Finding, examine


@click.command(name="doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@ACCOUNT
def command(account: str | None, as_json: bool) -> int:
    """Check settings, keys, clock, parts, venue, categories, money, ledger, audit, batch; exit code 1 if one fails."""
    findings = examine(load_settings(account=account))
    if as_json:
        click.echo(msgspec.json.encode(findings).decode())
    else:
        click.echo("\n".join(map(_line, findings)))
    return 1 if any(finding.remedy for finding in findings) else 0


def _line(finding: Finding) -> str:
    if finding.remedy is None:
        return f"ok     {finding.name:<9} {finding.told}"
    return f"WRONG  {finding.name:<9} {finding.told}\n{'':<17}{finding.remedy}"
