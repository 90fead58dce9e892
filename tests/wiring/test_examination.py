from contextlib import closing

import pytest

from kalshi_desk.adapters.postgres.audit import AuditLog
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import DeskError
from kalshi_desk.settings import load_settings
from kalshi_desk.wire.kalshi_portfolio import BalanceBody, ShardBalance
from kalshi_desk.wiring import examination
from kalshi_desk.wiring.examination import CHECKS, MIGRATIONS, REMEDIES, examine
from tests.embedded.conftest import free_base


def test_every_check_has_a_remedy() -> None:
    assert set(CHECKS) == set(REMEDIES)


def test_a_desk_that_is_down_gets_a_finding_for_each_part(tmp_path) -> None:
    settings = load_settings(_env_file=None, desk_home=tmp_path, port_base=free_base())
    wrong = {finding.name for finding in examine(settings) if finding.remedy is not None}
    assert wrong == set(CHECKS) - {"settings"}


@pytest.mark.embedded
async def test_a_broken_audit_log_is_found(database: str) -> None:
    settings = load_settings(_env_file=None, database_url=database)
    await AuditLog(database, "sim:synthetic:7").add(actor="a", action="halt", details={}, at=Nanos(0))
    assert examination._audit(settings).remedy is None
    assert examination._database(settings).told == f"{len(list(MIGRATIONS.glob('*.sql')))} migrations applied"
    db = connect(database, "test", autocommit=True)
    db.cursor().execute("alter table desk.audit_log disable trigger only_grows")
    db.cursor().execute("update desk.audit_log set actor = 'b'")
    db.close()
    assert examination._audit(settings).remedy == examination.TAMPERED
    assert "0 differences" in examination._ledger(settings).told


@pytest.mark.embedded
async def test_differences_are_the_accounts_own(database: str) -> None:
    settings = load_settings(_env_file=None, database_url=database)
    for account, name in (("sim:synthetic:7", "one"), ("sim:synthetic:8", "two"), ("sim:synthetic:8", "three")):
        await AuditLog(database, account).add(actor="door", action="differs:order", details={"name": name}, at=Nanos(0))
    assert examination._ledger(settings).told.startswith("1 differences")


def test_a_clock_that_is_off_is_found(monkeypatch) -> None:
    settings = load_settings(_env_file=None)
    monkeypatch.setattr(examination, "_skew_s", lambda url: -7.0)
    assert examination._clock(settings).remedy is not None
    monkeypatch.setattr(examination, "_skew_s", lambda url: 0.7)
    assert examination._clock(settings).remedy is None


@pytest.mark.parametrize(
    ("shards", "remedy"),
    [
        ({0: "5", 2: "5"}, None),
        ({}, None),
        ({0: "5"}, "kalshi-desk fund --shard 2 --amount 2.500000 --from-shard 0"),
        ({2: "0.40", 0: "40"}, "kalshi-desk fund --shard 2 --amount 3.600000 --from-shard 0"),
        ({2: "20", 0: "0.5"}, "kalshi-desk fund --shard 0 --amount 5.500000 --from-shard 2"),
        ({2: "0", 0: "0"}, examination.DEPOSIT),
    ],
)
def test_money_must_be_on_each_desks_shard(monkeypatch, shards: dict[int, str], remedy: str | None) -> None:
    each = tuple(ShardBalance(index, Cash.parse(dollars)) for index, dollars in shards.items())
    monkeypatch.setattr(examination, "read_balance", lambda settings: BalanceBody(Cash.parse("5"), each))
    assert examination._money(load_settings(_env_file=None)).remedy == remedy


@pytest.mark.embedded
def test_a_category_that_no_series_has_is_told(database: str) -> None:
    def settings(*denied: str):
        own = {"database_url": database, "categories_denied": denied}
        return load_settings(_env_file=None, category_risk_overrides={"Politcs": "0.05", "crypto": "0.1"}, **own)

    assert examination._categories(settings("Sports")).remedy is None  # nothing is known before the first discovery
    with closing(connect(database, "test")) as db, db, db.cursor() as cursor:
        cursor.execute(
            "insert into desk.series (series_ticker, title, category, frequency, fee_type, fee_multiplier, raw,"
            " observed_at) select 'KX' || c, 't', c, 'daily', 'quadratic', 1, '{}', now()"
            " from unnest(array['Politics', 'Sports']) c"
        )
    found = examination._categories(settings("SPORTS", "none", "Arts"))
    assert (found.told, found.remedy) == ("no series is of arts, politcs", "known: politics, sports")


def test_a_fault_is_one_line() -> None:
    def fails(settings):
        raise DeskError("first\n second")

    finding = examination._careful("venue", fails, load_settings(_env_file=None))
    assert (finding.told, finding.remedy) == ("first second", REMEDIES["venue"])
