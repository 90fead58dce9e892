"""What ``doctor`` examines: each check returns what is wrong and how to mend it, or what it found to be right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import msgspec
import psycopg2

from kalshi_desk.adapters.kafka.reach import require_broker
from kalshi_desk.adapters.kalshi.auth import signer_from_file
from kalshi_desk.adapters.postgres.audit import AuditLog
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.market import UNCATEGORISED
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.errors import DeskError
from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.batch_age import overdue, tables
from kalshi_desk.wiring.funding import Shortage, read_balance, shortages
from kalshi_desk.wiring.venue import reader

MAX_SKEW_S = 5.0
DEPOSIT = "no shard has cash to spare: deposit some at the venue"
TAMPERED = "somebody changed the audit log: restore the database from a backup, and find out who"
MIGRATIONS = Path(__file__).resolve().parents[3] / "sql" / "migrations"


class Finding(msgspec.Struct, frozen=True):
    """One check: ``remedy`` None where all is well."""

    name: str
    told: str
    remedy: str | None = None


def examine(settings: Settings) -> list[Finding]:
    """Run every check; one that fails does not stop the next."""
    return [_careful(name, check, settings) for name, check in CHECKS.items()]


def _careful(name: str, check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except (DeskError, OSError, psycopg2.Error) as fault:
        return Finding(name, " ".join(str(fault).split()), REMEDIES[name])


def _settings(settings: Settings) -> Finding:
    series, account = ", ".join(settings.crypto_series), addresses.account(settings)
    return Finding("settings", f"{settings.desk_mode} mode, account {account}, series {series}")


def _keys(settings: Settings) -> Finding:
    keys = addresses.trading_key(settings), addresses.reading_key(settings)
    for key in keys:
        signer_from_file(key.key_id, key.pem)
        if key.pem.stat().st_mode & 0o077:
            return Finding("keys", f"{key.pem} can be read by others", f"chmod 600 {key.pem}")
    return Finding("keys", " and ".join(f"{key.key_id[:8]}…" for key in keys))


def _clock(settings: Settings) -> Finding:
    skew = _skew_s(addresses.venue_rest(settings) + "/exchange/status")
    if abs(skew) > MAX_SKEW_S:
        return Finding("clock", f"{skew:+.1f} s against the venue", "set this machine's clock (NTP)")
    return Finding("clock", f"{skew:+.1f} s against the venue")


def _skew_s(url: str) -> float:
    """Return how far our wall clock is ahead of the venue's answer, which tells whole seconds."""
    try:
        with urlopen(url, timeout=5) as answer:  # noqa: S310 - the venue's own address
            told = answer.headers["Date"]
    except HTTPError as refused:
        told = refused.headers["Date"]
    except URLError as fault:
        raise DeskError(f"no answer from {url}: {fault.reason}") from None
    return (wall_now() - Nanos.of(parsedate_to_datetime(told))) / NANOS


def _database(settings: Settings) -> Finding:
    with closing(connect(addresses.database_url(settings), "doctor")) as db, db, db.cursor() as cursor:
        cursor.execute("select name from desk.schema_migrations")
        applied = {name for (name,) in cursor.fetchall()}
    missing = sorted({file.name for file in MIGRATIONS.glob("*.sql")} - applied)
    if missing:
        return Finding("database", f"not applied: {', '.join(missing)}", "make up applies migrations")
    return Finding("database", f"{len(applied)} migrations applied")


def _broker(settings: Settings) -> Finding:
    from kafka import KafkaAdminClient  # slow to import
    from kafka.errors import KafkaError

    from kalshi_desk.adapters.kafka.topics import TOPICS

    broker = addresses.broker(settings)
    require_broker(broker)
    try:
        with closing(KafkaAdminClient(**broker.options())) as admin:
            missing = sorted(set(TOPICS) - set(admin.list_topics()))
    except KafkaError as fault:
        raise DeskError(f"no Kafka at {broker.bootstrap}: {fault}") from None
    if missing:
        return Finding("broker", f"topics missing: {', '.join(missing)}", "make up creates them")
    return Finding("broker", f"{len(TOPICS)} topics at {broker.bootstrap}")


def _venue(settings: Settings) -> Finding:
    async def ask() -> bool:
        async with reader(settings) as reads:
            return (await reads.status()).trading_active

    if not asyncio.run(ask()):
        return Finding("venue", "trading is paused there", "wait: the weekly maintenance ends by itself")
    return Finding("venue", f"trading at {addresses.venue_rest(settings)}")


def _categories(settings: Settings) -> Finding:
    with closing(connect(addresses.database_url(settings), "doctor")) as db, db, db.cursor() as cursor:
        cursor.execute("select distinct lower(category) from desk.series where category is not null")
        known = {category for (category,) in cursor.fetchall()}
    named = {*settings.category_risk_overrides, *settings.categories_allowed, *settings.categories_denied}
    strange = sorted({name.casefold() for name in named} - known - {"crypto", UNCATEGORISED})
    if known and strange:
        return Finding("category", f"no series is of {', '.join(strange)}", f"known: {', '.join(sorted(known))}")
    return Finding("category", f"{len(known)} known, {len(named)} named in the settings")


def _money(settings: Settings) -> Finding:
    balance = read_balance(settings)
    shards = {shard.exchange_index: shard.balance for shard in balance.balance_breakdown}
    told = f"${balance.balance_dollars} free" + "".join(f", ${cash} on shard {index}" for index, cash in shards.items())
    lacking = shortages(settings, shards) if shards else []
    if not lacking:
        return Finding("money", told)
    names = " and ".join(f"the {each.desk} desk on shard {each.shard}" for each in lacking)
    return Finding("money", f"{told}: not enough for {names}", "; ".join(dict.fromkeys(map(_moving, lacking))))


def _moving(shortage: Shortage) -> str:
    if shortage.source is None:
        return DEPOSIT
    return f"kalshi-desk fund --shard {shortage.shard} --amount {shortage.move} --from-shard {shortage.source}"


def _audit(settings: Settings) -> Finding:
    account = addresses.account(settings)
    broken = AuditLog(addresses.database_url(settings), account).broken_at()
    if broken is not None:
        return Finding("audit", f"entry {broken} of the audit log does not follow from those before", TAMPERED)
    return Finding("audit", "the chain of the audit log is whole")


def _ledger(settings: Settings) -> Finding:
    with closing(connect(addresses.database_url(settings), "doctor")) as db, db, db.cursor() as cursor:
        account = (addresses.account(settings),)
        unverified = (
            "select count(*) from desk.settlements where not verified and count_contracts <> 0 and account = %s"
        )
        cursor.execute(unverified, account)
        (waiting,) = cursor.fetchone()
        cursor.execute("select count(*) from desk.audit_log where action like 'differs:%%' and account = %s", account)
        (differences,) = cursor.fetchone()
    told = f"{differences} differences with the venue so far, {waiting} settlements not yet confirmed"
    return Finding("ledger", told)


def _batch(settings: Settings) -> Finding:
    late = overdue(settings)
    if late:
        log = settings.desk_home / "logs" / "airflow-scheduler.log"
        return Finding("batch", "; ".join(late), f"see these DAGs in Airflow, and {log}")
    return Finding("batch", f"{len(tables(settings))} DAGs have written in time")


CHECKS: dict[str, Callable[[Settings], Finding]] = {
    "settings": _settings,
    "keys": _keys,
    "clock": _clock,
    "database": _database,
    "broker": _broker,
    "venue": _venue,
    "category": _categories,
    "money": _money,
    "ledger": _ledger,
    "audit": _audit,
    "batch": _batch,
}
REMEDIES = {
    "settings": "see .env.example",
    "keys": "set KALSHI_KEY_ID and KALSHI_PRIVATE_KEY_PATH; in paper mode make up creates keys",
    "clock": "is the venue up? make status",
    "database": "is Postgres up? make up, make status",
    "broker": "is Kafka up? make up, make status",
    "venue": "is the venue up, and the key known there? make status",
    "category": "is Postgres up? make up, make status",
    "money": "is the venue up, and the key known there? make status",
    "ledger": "is Postgres up? make up, make status",
    "audit": "is Postgres up? make up, make status",
    "batch": "is Postgres up? make up, make status",
}
