"""Two accounts of one desk over a synthetic day, with different limits; one's key is revoked midway.

``python -m tests.end_to_end.accounts --hours 24 --speed 10``: what is shown is shared exactly, the account without its
key halts and says so while the other trades on, and at the end each ledger is the venue's. It ends with the figures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from kalshi_desk.domain.allocation import Allotment, allocate, own_decision
from kalshi_desk.domain.limits import Share
from kalshi_desk.domain.units import Count
from tests.end_to_end.desk import Desk, a_desk, until
from tests.end_to_end.ledger import decisions_sent_twice, differences

SECOND, KEY = "second", "paper-second"
FILE = f"""
share = "0.6"

[[account]]
name = "{SECOND}"
subaccount = 1
share = "0.4"
initial_bankroll = 200

[account.limits]
crypto_max_risk_per_trade = 0.005
crypto_max_entries_per_day = 400
forecast_exits = ["sell_dear"]
"""
AGREE_S, HALTS_S = 120, 60
TAKERS = """
select distinct on (decision_id) decision_id, shown_contracts from signals
where account = %s and action = 'enter' and style = 'take' and shown_contracts is not null
"""


@contextmanager
def desk_of_two(seed: int, speed: str) -> Iterator[Desk]:
    """Start a desk with two accounts; it is gone afterwards, whatever happened."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(FILE)
        file.flush()
        limits = {"CRYPTO_MAX_ENTRIES_PER_DAY": "400", "CRYPTO_MIN_EDGE": "0.02"}
        with a_desk(ACCOUNTS=file.name, SPEED=speed, SEED=str(seed), WATCHLIST_SIZE="40", **limits) as desk:
            yield desk


def fills(desk: Desk, account: str) -> int:
    """Return how many fills an account has in the ledger."""
    return int(desk.sql("select count(*) from fills where account = %s", account)[0][0])


def orders(desk: Desk, account: str) -> int:
    """Return how many orders an account has in the ledger."""
    return int(desk.sql("select count(*) from orders where account = %s", account)[0][0])


def halted(desk: Desk, process: str) -> bool:
    """Return whether a door obeys a halt."""
    ((details,),) = desk.sql("select details from heartbeats where process = %s", process)
    return any(key.startswith("halt:") and switch["on"] for key, switch in details["switches"].items())


def reconciled(desk: Desk, name: str) -> None:
    """Hold the market back and wait until an account's ledger is the venue's."""
    with desk.quiet():
        desk.catch_up(within_s=AGREE_S)
        what = lambda: differences(desk, name)  # noqa: E731 - it is asked twice
        until(lambda: not what(), within_s=AGREE_S, every_s=2, what=lambda: what()[:5])
        assert decisions_sent_twice(desk, name) == []


def revoke(desk: Desk) -> None:
    """Take the second account's key away; it halts, says so, and sends nothing more, while the first trades on."""
    first, second = desk.account(), desk.account(SECOND)
    reconciled(desk, SECOND)
    desk.post(f"{desk.url(2)}/keys/{KEY}/revoke")
    until(lambda: halted(desk, f"order_execution_{SECOND}"), within_s=HALTS_S)
    subject = "the venue refuses the account's key: the account is halted"
    told = "select count(*) from alerts where app = %s and severity = 'critical' and subject = %s"
    until(lambda: desk.sql(told, f"order_execution_{SECOND}", subject)[0][0], within_s=30)
    sent, traded = orders(desk, second), fills(desk, first)
    assert not halted(desk, "order_execution")
    until(lambda: fills(desk, first) > traded, within_s=600, what=lambda: "the first account trades no more")
    assert orders(desk, second) == sent


def restore(desk: Desk) -> None:
    """Give the key back; what happened meanwhile is booked, and a person lets the account trade again."""
    desk.post(f"{desk.url(2)}/keys/{KEY}/restore")
    reconciled(desk, SECOND)
    desk.cli("resume", "--account", SECOND, "--reason", "the key is back")
    assert not halted(desk, f"order_execution_{SECOND}")


@dataclass(frozen=True)
class Shared:
    """What was shown to takers, and what the accounts ordered of it, in contracts."""

    signals: int
    shown: Decimal
    parts: dict[str, Decimal]
    ordered: dict[str, Decimal]


def shared(desk: Desk) -> Shared:
    """Check that each account's order stays within its part, and that the parts are all that is shown."""
    first, second = desk.account(), desk.account(SECOND)
    shares = {first: Share.parse("0.6"), second: Share.parse("0.4")}
    counts = dict(desk.sql("select decision_id, count_contracts from orders where action = 'enter'"))
    shown, parts, ordered = Decimal(0), dict.fromkeys(shares, Decimal(0)), dict.fromkeys(shares, Decimal(0))
    rows = desk.sql(TAKERS, first)
    for decision, count in rows:
        allotted = allocate(Count.parse(str(count)), shares)
        assert sum(allotted.values()) == Count.parse(str(count))
        shown += count
        for account, part in allotted.items():
            taken = counts.get(own_decision(decision, Allotment(first, account, shares)), Decimal(0))
            assert taken <= Decimal(str(part)), f"{account} ordered {taken} of its {part} of {decision}"
            parts[account] += Decimal(str(part))
            ordered[account] += taken
    assert sum(parts.values()) == shown
    return Shared(len(rows), shown, parts, ordered)


def play(desk: Desk, *, wall_s: float) -> Shared:
    """Trade for so long, half of it before the key is revoked; return what was shared."""
    began = time.monotonic()
    both = lambda: fills(desk, desk.account()) and fills(desk, desk.account(SECOND))  # noqa: E731
    until(both, within_s=900, what=lambda: "not both accounts have a fill")
    half = wall_s / 2
    until(lambda: time.monotonic() - began > half, within_s=half + 60)
    revoke(desk)
    until(lambda: time.monotonic() - began > wall_s, within_s=wall_s + 60)
    restore(desk)
    for name in (None, SECOND):
        reconciled(desk, name)
    return shared(desk)


def main() -> None:
    """Play so many hours and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--speed", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with desk_of_two(asked.seed, str(asked.speed)) as desk:
        found = play(desk, wall_s=asked.hours * 3600 / asked.speed)
        print(f"{found.signals} signals to take, {found.shown} contracts shown, none lost")
        for account, part in found.parts.items():
            print(
                f"{account}: {part} allotted, {found.ordered[account]} ordered; {orders(desk, account)} orders, "
                f"{fills(desk, account)} fills; ledger and venue agree"
            )


if __name__ == "__main__":
    sys.exit(main())
