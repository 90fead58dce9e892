import pytest

from kalshi_desk.cli import fund
from kalshi_desk.domain.transfer import Transfer
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import OutcomeUnknown, Rejected, Retryable
from kalshi_desk.wire.kalshi_portfolio import BalanceBody, ShardBalance
from tests.cli.desk import run

FREE = BalanceBody(Cash.parse("50"), (ShardBalance(0, Cash.parse("15")), ShardBalance(2, Cash.parse("35"))))


@pytest.fixture
def moved(monkeypatch) -> list[Transfer]:
    found: list[Transfer] = []

    def move(settings, **facts) -> Transfer:
        found.append(Transfer(**facts, client_transfer_id="c"))
        return found[-1]

    monkeypatch.setattr(fund, "fund", move)
    monkeypatch.setattr(fund, "read_balance", lambda settings: FREE)
    return found


def test_it_says_what_moved_and_what_is_free(capsys, moved) -> None:
    code, out, _ = run(capsys, "fund", "--shard", "2", "--amount", "10")
    assert (code, out.splitlines()) == (
        0,
        ["moved $10.000000 from shard 0 to shard 2", "free now: shard 0 $15.000000, shard 2 $35.000000"],
    )


@pytest.mark.parametrize(
    ("words", "source"), [(("--shard", "0"), 2), (("--shard", "3"), 0), (("--shard", "3", "--from-shard", "2"), 2)]
)
def test_where_it_comes_from(capsys, moved, words, source) -> None:
    assert run(capsys, "fund", *words, "--amount", "1")[0] == 0
    assert moved[0].source == source


@pytest.mark.parametrize(
    "words",
    [("--shard", "2", "--amount", "x"), ("--shard", "2", "--amount", "-1"), ("--shard", "2"), ("--amount", "1"),
     ("--shard", "2", "--amount", "1", "--from-shard", "2"), ("--shard", "2", "--amount", "0.00001")],
)  # fmt: skip
def test_bad_input_is_one_line(capsys, moved, words) -> None:
    code, _, err = run(capsys, "fund", *words)
    assert (code, err.count("\n"), moved) == (2, 1, [])


@pytest.mark.parametrize(("fault", "code"), [(OutcomeUnknown, 1), (Rejected, 2)])
def test_a_lost_answer_may_be_repeated(capsys, monkeypatch, fault, code: int) -> None:
    def move(settings, **_):
        raise fault("transfer", None, "timeout")

    monkeypatch.setattr(fund, "fund", move)
    got, _, err = run(capsys, "fund", "--shard", "2", "--amount", "1")
    assert (got, "once at most" in err) == (code, code == 1)


def test_a_balance_that_cannot_be_read_hides_no_transfer(capsys, monkeypatch, moved) -> None:
    def away(settings):
        raise Retryable("balance", 503, "service_unavailable")

    monkeypatch.setattr(fund, "read_balance", away)
    code, out, _ = run(capsys, "fund", "--shard", "2", "--amount", "1")
    assert (code, "moved $1.000000" in out, "unknown" in out) == (0, True, True)
