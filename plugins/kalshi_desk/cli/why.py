"""``kalshi-desk why TICKER``: why there was no order, or how far the market came."""

from __future__ import annotations

from contextlib import closing
from typing import BinaryIO

import click
import msgspec

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.why import EVER, known, read_why
from kalshi_desk.cli import ACCOUNT
from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.funnel import STEPS, Refused, Why, explained
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent
from kalshi_desk.domain.message import Decoder, encode
from kalshi_desk.domain.reasons import MEANINGS
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import DeskError, UnitError
from kalshi_desk.settings import Settings, load_settings
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.database import database_or_fault

Told = Signal | Refusal | Order | OrderEvent | Fill


class _Kind(msgspec.Struct):
    kind: str


@click.command(name="why")
@click.argument("ticker")
@click.option("--since", help="From this event time on (ISO 8601 with zone).")
@click.option("--replay", type=click.File("rb"), help="Ask these lines of kalshi-desk replay, not the database.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@ACCOUNT
def command(account: str | None, ticker: str, since: str | None, replay: BinaryIO | None, as_json: bool) -> None:
    """Count the refusals of TICKER by reason, with the latest value and threshold, after the funnel it went through."""
    try:
        start = EVER if since is None else Nanos.parse(since)
    except UnitError as fault:
        raise click.BadParameter(fault.problem, param_hint="--since") from None
    if replay is None:
        found = _stored(load_settings(account=account), ticker, start)
    else:
        found = _replayed(replay, ticker, start)
    click.echo(encode(found).decode() if as_json else text(found))


def _stored(settings: Settings, ticker: str, since: Nanos) -> Why:
    with database_or_fault(), closing(connect(addresses.database_url(settings), "why")) as db, db:
        if not known(db, ticker):
            raise DeskError(f"the desk has never seen {ticker}")
        account, desk = addresses.account(settings), addresses.desk_account(settings)
        return read_why(db, account=account, desk=desk, ticker=ticker, since=since)


def _replayed(lines: BinaryIO, ticker: str, since: Nanos) -> Why:
    kind, told, name = Decoder[_Kind](_Kind, lines.name), Decoder[Told](Told, lines.name), ticker.encode()
    kinds = {struct.__struct_config__.tag for struct in (Signal, Refusal, Order, OrderEvent, Fill)}
    messages = (told(line) for line in lines if name in line and kind(line).kind in kinds)
    found = explained(one for one in messages if one.ticker == ticker and one.at >= since)
    if ticker not in found:
        raise DeskError(f"nothing was told of {ticker} in {lines.name}")
    return found[ticker]


def text(found: Why) -> str:
    """Return an account of a market as lines for a terminal."""
    funnel = found.funnel
    lines = [str(found.ticker), "  " + " -> ".join(f"{step} {getattr(funnel, step)}" for step in STEPS)]
    lines += [f"  {_refused(each)}" for each in found.refusals]
    lines += [
        f"  {each.count:>7} x order {each.event} without a fill: {each.reason or 'no reason told'}"
        for each in found.unfilled
    ]
    lines += [f"  {funnel.working:>7} x order not at its end yet"] if funnel.working else []
    lines += [f"  {funnel.unanswered:>7} x signal whose answer is not counted yet"] if funnel.unanswered else []
    return "\n".join(lines if len(lines) > 2 else [*lines, "  no refusals"])


def _refused(each: Refused) -> str:
    limit = "" if each.threshold is None else f" against {each.threshold}"
    against = "" if each.value is None else f"  {each.value}{limit}"
    meaning = f"\n{'':>12}{MEANINGS[each.reason]}" if each.reason in MEANINGS else ""
    also = f"  (also {'; '.join(each.also)})" if each.also else ""
    return f"{each.count:>7} x {each.stage}: {each.reason}{against}{also}  (last {str(each.latest_at)[:19]}Z){meaning}"
