"""What is held and rests beside an entry and shares its risk: the claims that its stake is the joint optimum with.

Positions stand as they are. An entry that rests counts as filled where it would lose with the new one, and not at all
where it would hedge it: nobody knows whether it fills. A market's probability is our latest, else the middle of its
book; where there is neither, or nothing says where its market pays, what a bet cost is given up for lost.

All is measured in the part of the bankroll that fractional Kelly plays with: a fraction of Kelly is full Kelly on that
part, so that many like entries together come to no more than the fraction of one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from kalshi_desk.domain.decisions import FairValue
from kalshi_desk.domain.joint_entry import Beside, Claim, Tied
from kalshi_desk.domain.market import Market, Outcome
from kalshi_desk.domain.settling import Range, pays_on, stacked, variable
from kalshi_desk.domain.units import Cash
from kalshi_desk.steps.gates import Case
from kalshi_desk.steps.market_view import MarketView
from kalshi_desk.steps.sizing import Joint, Offer
from kalshi_desk.steps.ties import Bet, Ties, bets_of

EXCESS = 1e-9


class Placed(NamedTuple):
    """A bet as a claim on its variable, which has this correlation with the entry's."""

    claim: Claim
    correlation: float
    rests: bool


def joint_of(case: Case, offer: Offer, *, roll: Cash) -> Joint | None:
    """Return the entry as a claim with what is held beside it; None where nothing shares its risk."""
    bets = list(bets_of(case.state))
    scale = roll * case.desk.fractional_kelly
    if case.market is None or not bets or scale <= 0:
        return None
    yes, paid = case.signal.outcome is Outcome.YES, offer.unit_cost
    places = _Places(case.state.view, case.market, offer.chance if yes else 1.0 - offer.chance)
    gains = (1.0 / paid - 1.0, -1.0)
    entry = Claim(*places.own, *(gains if yes else gains[::-1]))
    beside = _beside(case, entry, bets, places=places, scale=scale)
    return None if beside == Beside() else Joint(entry, beside)


def _beside(case: Case, entry: Claim, bets: list[Bet], *, places: _Places, scale: float) -> Beside:
    groups: dict[str, list[Placed]] = defaultdict(list)
    lost, markets = 0, case.state.view.markets
    for bet, correlation in _related(case, bets):
        market = markets.get(bet.ticker)
        place = None if market is None else places.of(market)
        if market is None or place is None:
            lost += bet.cost
        else:
            groups[variable(market)].append(Placed(Claim(*place, *bet.gains(scale)), correlation, bet.rests))
    own = groups.pop(places.variable, [])
    same = tuple(one.claim for one in own if not (one.rests and entry.shared(one.claim) < 0))
    tied = (_tied(entry, group) for group in groups.values())
    return Beside(same, tuple(one for one in tied if one.claims), lost / scale)


def _related(case: Case, bets: list[Bet]) -> list[tuple[Bet, float]]:
    """Return the bets that share risk with the entry, with their correlations, the closest first.

    One whose market is not defined shares the risk of its category.
    """
    if case.market is None:
        return []
    ties = Ties(case.state, case.params, case.market, buys_yes=case.signal.outcome is Outcome.YES)
    markets = case.state.view.markets
    found = []
    for bet in bets:
        market = markets.get(bet.ticker)
        tie = float(ties.alike(bet.ticker)) if market is None else ties.correlation(bet, market)
        if tie:
            found.append((bet, tie))
    return sorted(found, key=lambda one: (-abs(one[1]), one[0].ticker))


def _tied(entry: Claim, group: list[Placed]) -> Tied:
    """Return the claims on another variable, which is tied to the entry's as its closest bet is."""
    correlation = group[0].correlation
    hedge = correlation * entry.lean
    return Tied(correlation, tuple(one.claim for one in group if not (one.rests and hedge * one.claim.lean < 0)))


class _Places:
    """Where markets pay YES on their variables: the entry's ``own`` first, then others as they are asked for.

    Outcomes of one event that exclude each other lie side by side; one that finds no room, since our probabilities of
    them exceed 1, has no place. Neither have others on the entry's variable where the entry has none.
    """

    def __init__(self, view: MarketView, market: Market, p_yes: float) -> None:
        self._view, self.variable = view, variable(market)
        self._ends: dict[str, float] = {}
        found = self._place(market, p_yes)
        self.own: Range = (0.0, p_yes) if found is None else found
        self._nowhere = found is None
        self._known: dict[str, Range | None] = {market.ticker: found}

    def of(self, market: Market) -> Range | None:
        """Return where a market pays; None where that is not known."""
        if self._nowhere and variable(market) == self.variable:
            return None
        if market.ticker not in self._known:
            p_yes = self._view.p_or_mid(market.ticker)
            self._known[market.ticker] = None if p_yes is None else self._place(market, p_yes)
        return self._known[market.ticker]

    def _place(self, market: Market, p_yes: float) -> Range | None:
        if not stacked(market):
            belief = self._view.beliefs.get(market.ticker)
            return pays_on(market, p_yes, belief if isinstance(belief, FairValue) else None)
        begin = self._ends.get(variable(market), 0.0)
        if begin + p_yes > 1.0 + EXCESS:
            return None
        self._ends[variable(market)] = begin + p_yes
        return begin, min(1.0, begin + p_yes)
