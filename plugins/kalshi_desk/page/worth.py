"""Money, limits and positions as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kalshi_desk.domain.breakers import opening_roll
from kalshi_desk.domain.ledger import Equity, Mark
from kalshi_desk.domain.market import Market
from kalshi_desk.domain.risk import bankroll
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.page.facts import Facts
from kalshi_desk.page.words import dollars, held, percent, whole

NEAR = 0.75


@dataclass(frozen=True)
class Bar:
    """A limit as a bar: ``share`` of it used, 0 and up, None if unknown; ``text`` says both numbers."""

    name: str
    share: float | None
    text: str

    @property
    def level(self) -> str:
        if self.share is None:
            return "unknown"
        return "full" if self.share >= 1 else "near" if self.share >= NEAR else "free"


@dataclass(frozen=True)
class Held:
    """A position as a row; cash values are None where the book or the fair value is unknown."""

    words: str
    ticker: str
    mark: Mark
    market: Market | None
    p_side: float | None

    @property
    def pays(self) -> Cash:
        """What it pays if it wins."""
        return Cash(abs(self.mark.count) * 10_000)

    @property
    def fair(self) -> float | None:
        """What it is worth by our own probability, in dollars."""
        return None if self.p_side is None else self.p_side * self.pays.number

    @property
    def open_pnl(self) -> Cash | None:
        """The mark less the cost, before fees."""
        return None if self.mark.mark is None else Cash(self.mark.mark - self.mark.cost)


def equity_of(facts: Facts) -> Equity | None:
    """Return the latest equity: from the topic, else from the table."""
    if facts.live.equity is not None:
        return facts.live.equity
    row = None if facts.tables is None else facts.tables.equity
    if row is None:
        return None
    names = ("cash", "marks", "equity", "peak", "today", "realized", "fees", "paid_in")
    values = {name: Cash.parse(str(row[f"{name}_dollars"])) for name in names}
    return Equity(at=Nanos.of(row["observed_at"]), account=facts.account, **values)


def since_start(facts: Facts) -> Decimal | None:
    """Return the desk's net P&L since the account was opened, what it holds at the mark, else at cost."""
    equity = equity_of(facts)
    if equity is None:
        return None
    open_pnl = sum(mark.mark - mark.cost for mark in facts.live.marks.values() if mark.mark is not None)
    return Decimal(str(Cash(equity.realized - equity.fees + open_pnl)))


def positions(facts: Facts) -> list[Held]:
    """Return the open positions, the next to close first."""
    rows = [_held(facts, ticker, mark) for ticker, mark in facts.live.marks.items()]
    return sorted(rows, key=lambda row: (row.market is None, row.market and row.market.close_time, row.ticker))


def _held(facts: Facts, ticker: str, mark: Mark) -> Held:
    market = facts.market(ticker)
    p_side = mark.p_yes if mark.p_yes is None or mark.count > 0 else 1 - mark.p_yes
    return Held(held(mark.count, market, ticker), ticker, mark, market, p_side)


def bars(facts: Facts) -> list[Bar]:
    """Return the limits as bars: risk by desk and both, the fullest market, today's loss, drawdown, entries."""
    equity, tables, limits = equity_of(facts), facts.tables, facts.limits
    if equity is None or tables is None:
        return [Bar(name, None, "–") for name in ("Risk, both desks", "Loss today", "Below the peak")]
    roll = bankroll(limits, net_pnl=Cash(equity.realized - equity.fees), venue_equity=equity.equity)
    lost = Cash(max(0, -equity.today))
    below = max(0.0, 1 - equity.equity / equity.peak) if equity.peak > 0 else None
    worst = limits.max_drawdown.number
    return [
        *_risks(facts, roll),
        _cash("Loss today", lost, limits.max_daily_loss.of(opening_roll(equity, limits))),
        Bar("Below the peak", None if below is None else below / worst, f"{percent(below)} of {percent(worst)}"),
        *_entries(facts),
    ]


def _risks(facts: Facts, roll: Cash) -> list[Bar]:
    rows = [] if facts.tables is None else facts.tables.exposures
    risk = {row["ticker"]: Cash.parse(str(row["risk_dollars"])) for row in rows}
    found = [_cash("Risk, both desks", Cash(sum(risk.values())), facts.limits.max_total_risk.of(roll))]
    for name in ("crypto", "forecast"):
        own = Cash(sum(cash for ticker, cash in risk.items() if facts.desk_of(ticker) == name))
        if name == "crypto" or own:
            found.append(_cash(f"Risk, {name} desk", own, facts.limits.desk(name).max_total_risk.of(roll)))
    if risk:
        ticker = max(risk, key=lambda each: risk[each])
        limit = facts.limits.desk(facts.desk_of(ticker)).max_risk_per_trade.of(roll)
        found.append(_cash("Risk, fullest market", risk[ticker], limit))
    return found


def _entries(facts: Facts) -> list[Bar]:
    entries = {} if facts.tables is None else facts.tables.entries
    found = []
    for name in ("crypto", "forecast"):
        most, made = facts.limits.desk(name).max_entries_per_day, entries.get(name, 0)
        if most and (name == "crypto" or made):
            found.append(Bar(f"Entries today, {name}", made / most, f"{whole(made)} of {whole(most)}"))
    return found


def _cash(name: str, used: Cash, limit: Cash) -> Bar:
    share = used / limit if limit > 0 else (1.0 if used else 0.0)
    return Bar(name, share, f"{dollars(used)} of {dollars(limit)}")
