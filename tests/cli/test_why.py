import json
from contextlib import closing

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.lease import Lease
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.domain.units import Cash
from tests.cli.desk import run
from tests.orders import ACCOUNT, TICKER, event, fill, order

pytestmark = pytest.mark.embedded
_REFUSED = """
insert into desk.refusals
    (topic_partition, topic_offset, ticker, desk, stage, reason, value, threshold, count, observed_at)
values (0, %s, %s, 'crypto', %s, %s, %s, %s, %s, %s)
"""


@pytest.fixture
async def desk(paper_desk: str) -> str:
    store_epochs(paper_desk, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    with closing(connect(paper_desk, "test")) as db, db, db.cursor() as cursor:
        cursor.execute("select desk.ensure_day('2026-11-21')")
        for offset, (stage, reason, value, count, minute) in enumerate(
            [("edge", "no_edge", "0.01", 7, 1), ("edge", "no_edge", "0.02", 5, 2), ("gate", "halt", "anna", 1, 3)]
        ):
            at = f"2026-11-21T12:0{minute}:00Z"
            cursor.execute(_REFUSED, (offset, TICKER, stage, reason, value, "0.03", count, at))
    return paper_desk


async def _trade(database: str) -> None:
    lease, ledger = Lease(database, ACCOUNT, "me"), Ledger(database, ACCOUNT)
    assert lease.take()
    for number in (1, 2):
        await ledger.add_order(order(number), lease.epoch or 0)
    await ledger.add_event(event(order(1), "filled", "5"))
    await ledger.add_fill(fill(order(1)))
    await ledger.add_event(event(order(2), "rejected", reason="insufficient_balance", venue_order_id=None))


async def test_refusals_are_counted_with_their_latest_value(capsys, desk: str) -> None:
    await _trade(desk)
    code, out, _ = run(capsys, "why", TICKER, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["funnel"] == {
        "seen": 15, "priced": 15, "edge": 3, "unanswered": 0, "sized": 3, "allowed": 2, "sent": 1, "filled": 1,
        "working": 0,
    }  # fmt: skip
    first, second = found["refusals"]
    assert (first["reason"], first["count"], first["value"], first["threshold"]) == ("no_edge", 12, "0.02", "0.03")
    assert (second["reason"], found["unfilled"][0]["reason"]) == ("halt", "insufficient_balance")


def test_since_cuts_and_the_text_is_readable(capsys, desk: str) -> None:
    _, out, _ = run(capsys, "why", TICKER, "--since", "2026-11-21T12:02:30Z")
    assert out.splitlines()[1] == ("  seen 1 -> priced 1 -> edge 1 -> sized 1 -> allowed 0 -> sent 0 -> filled 0")
    assert [line.split()[:4] for line in out.splitlines()[2:]] == [["1", "x", "gate:", "halt"]]
    _, out, _ = run(capsys, "why", TICKER, "--since", "2026-11-21T13:00:00Z")
    assert out.splitlines()[-1] == "  no refusals"


def test_bad_input_is_one_line(capsys, desk: str) -> None:
    for words in (("why", "KXNOPE"), ("why", TICKER, "--since", "yesterday")):
        code, _, err = run(capsys, *words)
        assert (code, err.count("\n")) == (2, 1)
