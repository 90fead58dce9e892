from contextlib import closing

import psycopg2
import pytest

from kalshi_desk.adapters.postgres.audit import AuditLog
from kalshi_desk.domain.units import Nanos

pytestmark = pytest.mark.embedded
AT = Nanos.parse("2026-11-21T12:00:00.123456789Z")


def _change(url: str, statement: str) -> None:
    with closing(psycopg2.connect(url)) as db, db, db.cursor() as cursor:
        cursor.execute("alter table desk.audit_log disable trigger only_grows")
        cursor.execute(statement)


async def test_the_chain_shows_every_change(database: str) -> None:
    log = AuditLog(database, "sim:synthetic:7")
    for number in range(3):
        await log.add(actor="anna", action="halt", details={"reason": f"test {number}", "count": "1.00"}, at=AT)
    await AuditLog(database, "another").add(actor="ben", action="resume", details={}, at=AT)
    assert log.broken_at() is None
    assert await log.newest("halt") == {"reason": "test 2", "count": "1.00"}
    assert await log.newest("resume") is None
    assert [await log.count(("halt", "x"), each) for each in ({}, {"count": "1.00"}, {"count": "2"})] == [3, 3, 0]
    _change(
        database, "update desk.audit_log set details = '{\"reason\": \"better\"}' where details->>'reason' = 'test 1'"
    )
    assert log.broken_at() == 2
    _change(database, "delete from desk.audit_log where details->>'reason' = 'better'")
    assert log.broken_at() == 2
    assert AuditLog(database, "another").broken_at() is None


@pytest.mark.parametrize(
    "statement", ["update desk.audit_log set actor = 'ben'", "delete from desk.audit_log", "truncate desk.audit_log"]
)
async def test_it_only_grows(database: str, statement: str) -> None:
    await AuditLog(database, "sim:synthetic:7").add(actor="anna", action="halt", details={}, at=AT)
    with closing(psycopg2.connect(database)) as db, pytest.raises(psycopg2.Error, match="audit_log only grows"):
        db.cursor().execute(statement)


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("update desk.audit_log set actor = 'ben' where entry = 3", 3),
        ("update desk.audit_log set at = at + interval '1 second' where entry = 1", 1),
        ("delete from desk.audit_log where entry = 1", 1),
        ("delete from desk.audit_log where entry = 2", 2),
        (
            "alter table desk.audit_log alter entry drop identity;"
            "update desk.audit_log set entry = -entry where entry in (2, 3);"
            "update desk.audit_log set entry = 5 + entry where entry < 0",
            2,
        ),
    ],
    ids=["tampered", "another time", "first removed", "one removed", "reordered"],
)
async def test_what_was_done_to_a_row_shows_at_its_place(database: str, statement: str, number: int) -> None:
    log = AuditLog(database, "sim:synthetic:7")
    for done in range(4):
        await log.add(actor="anna", action="halt", details={"reason": f"test {done}"}, at=AT)
    _change(database, statement)
    assert log.broken_at() == number
