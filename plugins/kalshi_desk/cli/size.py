"""``kalshi-desk size``: joint Kelly stakes of several bets, from a file."""

from __future__ import annotations

import json
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Annotated

import click
import msgspec
import numpy as np

from kalshi_desk.domain import joint_law
from kalshi_desk.domain.joint_kelly import MOST_STAKED, JointLaw, best_stakes
from kalshi_desk.domain.limits import RiskLimits
from kalshi_desk.domain.quadratic_step import Floats
from kalshi_desk.domain.units import Cash

Open = Annotated[float, msgspec.Meta(gt=0, lt=1)]


class Bet(msgspec.Struct, forbid_unknown_fields=True):
    """One bet: ``p`` that it pays $1, ``ask`` and ``fee`` in dollars per contract."""

    id: str
    p: Open
    ask: Decimal
    fee: Decimal


class Joint(msgspec.Struct, forbid_unknown_fields=True):
    """How the bets end together; ``loading`` belongs to kind factor."""

    kind: str
    loading: float | None = None


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """A file of bets."""

    bets: Annotated[list[Bet], msgspec.Meta(min_length=1)]
    joint: Joint
    drawdown_lambda: Annotated[float, msgspec.Meta(ge=0, le=1000)] = 0.0
    kelly_fraction: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    limits: bool = False


@click.command("size")
@click.option("--bankroll", type=click.FloatRange(min=0, min_open=True), required=True, help="Dollars.")
@click.option("--bets", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
def command(bankroll: float, file: Path) -> None:
    """Print the stakes, as shares of the bankroll with fees in, and the growth that they bring, as JSON."""
    if not isfinite(bankroll):
        raise click.BadParameter(f"{bankroll} is no amount of dollars", param_hint="--bankroll")
    try:
        request = msgspec.json.decode(file.read_bytes(), type=Request)
        law = _law(request)
        stakes = _stakes(request, law, bankroll)
    except (msgspec.DecodeError, ValueError, OSError) as fault:
        raise click.BadParameter(f"{file}: {fault}", param_hint="--bets") from None
    shown = {bet.id: round(float(stake), 9) for bet, stake in zip(request.bets, stakes, strict=True)}
    click.echo(json.dumps({"stakes": shown, "growth": law.value(stakes, 0.0)}))


def _law(request: Request) -> JointLaw:
    names = [bet.id for bet in request.bets]
    if len(set(names)) != len(names):
        raise ValueError("two bets have one id")
    if any(not (bet.ask.is_finite() and bet.fee.is_finite()) for bet in request.bets):
        raise ValueError("ask and fee must be finite")
    if any(bet.ask <= 0 or bet.fee < 0 or bet.ask + bet.fee >= 1 for bet in request.bets):
        raise ValueError("ask must be above 0, fee not below it, and both together below 1")
    wins, costs = (
        np.array([bet.p for bet in request.bets]),
        np.array([float(bet.ask + bet.fee) for bet in request.bets]),
    )
    if request.joint.kind == "factor":
        if request.joint.loading is None:
            raise ValueError("joint kind factor needs a loading")
        return joint_law.factor(wins, costs, loading=request.joint.loading)
    if request.joint.kind == "independent":
        return joint_law.independent(wins, costs)
    if request.joint.kind == "exclusive":
        return joint_law.exclusive(wins, costs)
    raise ValueError(f"unknown joint kind {request.joint.kind}; known: independent, factor, exclusive")


def _stakes(request: Request, law: JointLaw, bankroll: float) -> Floats:
    each, both = _caps(bankroll) if request.limits else (1.0, MOST_STAKED)
    fraction = request.kelly_fraction
    most_each, most = min(1.0, each / fraction), min(MOST_STAKED, both / fraction)
    found = best_stakes(law, most_each=most_each, most=most, drawdown_lambda=request.drawdown_lambda)
    return found * fraction


def _caps(bankroll: float) -> tuple[float, float]:
    """Return the forecast desk's limits per market and in all, as shares of the bankroll."""
    from kalshi_desk.settings import load_settings

    limits: RiskLimits = load_settings().risk_limits
    roll = Cash(int(bankroll * 10**Cash.DECIMALS))
    if roll <= 0:
        raise ValueError(f"a bankroll of ${bankroll} has no limits")
    own = limits.forecast
    return own.max_risk_per_trade.of(roll) / roll, min(
        own.max_total_risk.of(roll), limits.max_total_risk.of(roll)
    ) / roll
