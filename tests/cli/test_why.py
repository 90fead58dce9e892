import json
from contextlib import closing
from pathlib import Path

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.lease import Lease
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.cli.why import _refused
from kalshi_desk.domain.funnel import Refused
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.reasons import MEANINGS
from kalshi_desk.domain.units import Cash, Nanos
from tests.cli.desk import run
from tests.domain.test_funnel import refusal, session
from tests.orders import ACCOUNT, TICKER, event, fill, order
from tests.steps.desk import TICKER as DESK_TICKER
from tests.steps.desk import fair_value, order_event

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


@pytest.fixture
def lines(tmp_path: Path) -> str:
    """A file as kalshi-desk replay prints it: lines of every kind, of two markets."""
    messages, placed = session()
    file = tmp_path / "lines.jsonl"
    told = [fair_value(), *messages, refusal("price", "closed", ticker="OTHER"), order_event(placed, "canceled")]
    file.write_bytes(b"".join(encode(one) + b"\n" for one in told))
    return str(file)


def test_a_replays_lines_answer_without_a_database(capsys, lines: str) -> None:
    code, out, _ = run(capsys, "why", DESK_TICKER, "--replay", lines)
    assert code == 0
    assert out.splitlines() == [
        DESK_TICKER,
        "  seen 10 -> priced 7 -> edge 2 -> sized 2 -> allowed 1 -> sent 1 -> filled 0",
        "        5 x edge: no_edge  0.02 against 2  (last 2026-05-13T12:01:00Z)",
        f"            {MEANINGS['no_edge']}",
        "        3 x price: r  1 against 2  (last 2026-05-13T12:00:00Z)",
        "        1 x gate: pause  1 against 2  (also x 1 against 0)  (last 2026-05-13T12:00:00Z)",
        "        1 x order canceled without a fill: no reason told",
    ]
    _, out, _ = run(capsys, "why", DESK_TICKER, "--replay", lines, "--since", "2026-05-13T12:01:00Z", "--json")
    assert json.loads(out)["funnel"]["seen"] == 4
    code, _, err = run(capsys, "why", "KXNOPE", "--replay", lines)
    assert (code, err.count("\n")) == (2, 1)


def test_lines_that_are_none_are_one_line(capsys, tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(f'{{"kind":"refusal","ticker":"{DESK_TICKER}"}}\n')
    code, _, err = run(capsys, "why", DESK_TICKER, "--replay", str(file))
    assert (code, err.count("\n")) == (2, 1)


def test_what_is_still_open_is_told(capsys, tmp_path: Path) -> None:
    messages, _ = session()
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b"".join(encode(one) + b"\n" for one in messages[:-1]))
    _, out, _ = run(capsys, "why", DESK_TICKER, "--replay", str(file))
    assert out.splitlines()[-2:] == [
        "        1 x order not at its end yet",
        "        1 x signal whose answer is not counted yet",
    ]


def test_a_value_without_a_threshold_stands_alone():
    seen = Refused(stage="edge", reason="r", count=2, value="no_result", threshold=None, also=(), latest_at=Nanos(0))
    assert _refused(seen) == "      2 x edge: r  no_result  (last 1970-01-01T00:00:00Z)"
