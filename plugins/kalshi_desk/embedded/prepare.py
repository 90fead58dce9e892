"""What is done once before the desk's processes start: schema, topics, paper keys, Airflow's tables, the event clock.

``make up`` does it between its stages; elsewhere ``python -m kalshi_desk.embedded.prepare schema topics …`` does.
"""

from __future__ import annotations

import json
import sys
from urllib.request import urlopen

from kalshi_desk.adapters.kafka.admin import create_topics
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.migrate import migrate
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.embedded import airflow, keys, parts
from kalshi_desk.embedded.exits import exit_code
from kalshi_desk.embedded.place import ROOT, Place
from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring import addresses


def schema(place: Place) -> None:
    """Bring the database to the newest schema."""
    migrate(addresses.database_url(place.settings), ROOT / "sql" / "migrations")


def topics(place: Place) -> None:
    """Create the topics that are missing."""
    create_topics(addresses.broker(place.settings), addresses.underlyings(place.settings))


def clock(place: Place) -> None:
    """Open the accounts, with the event clock that the venue announces, and make the first the one in use."""
    settings = place.settings
    segments = venue_segments(place) if settings.desk_mode == "paper" else []
    first, *further = addresses.accounts(settings)
    opening = [each.initial_bankroll for each in settings.further_accounts]
    for account, bankroll in (*zip(further, opening, strict=True), (first, settings.bankroll)):
        store_epochs(
            addresses.database_url(settings),
            account=account,
            mode=settings.desk_mode,
            bankroll=Cash.parse(str(bankroll)),
            segments=segments,
        )


def venue_segments(place: Place) -> list[ClockSegment]:
    """Ask the venue for the segments of its clock; raises SettingsError where it plays another account."""
    with urlopen(f"{parts.venue_url(place)}/clock", timeout=5) as answer:  # noqa: S310 - our own address
        told = json.load(answer)
    if told["account"] != (wanted := addresses.account(place.settings)):
        raise SettingsError([f"the venue plays {told['account']}, not {wanted}"])
    return [
        ClockSegment(Nanos.parse(each["from_wall"]), Nanos.parse(each["anchor_event"]), float(each["speed"]))
        for each in told["segments"]
    ]


WORK = {"schema": schema, "topics": topics, "keys": keys.prepare, "airflow": airflow.prepare, "clock": clock}


def main() -> None:
    """Do what the arguments name, in their order."""
    place = Place(load_settings())
    place.create()
    if unknown := [name for name in sys.argv[1:] if name not in WORK]:
        raise SettingsError([f"unknown: {', '.join(unknown)}; known: {', '.join(WORK)}"])
    for name in sys.argv[1:]:
        WORK[name](place)
        print(f"{name}: done", flush=True)


if __name__ == "__main__":
    sys.exit(exit_code(main))
