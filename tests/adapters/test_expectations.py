import pytest

from kalshi_desk.adapters.expectations import validate
from kalshi_desk.domain.quality import SUITES
from kalshi_desk.errors import DeskError

FILL = {
    "name": "T", "price": 0.4, "count": 2.0, "fee": 0.03, "delay_s": 0.5, "order_known": True, "fee_above_most": -0.01,
}  # fmt: skip


def failed(**rows):
    every = {suite: rows.get(suite, []) for suite in SUITES}
    return [v for v in validate(every, label="now", docs=None) if not v.passed]


def test_no_rows_fail_nothing():
    assert failed() == []


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"price": 1.0}, "a price is inside 0 and 1"),
        ({"count": 0.0}, "a count is above 0"),
        ({"fee": -0.01}, "a fee is not negative"),
        ({"order_known": None}, "a fill of the desk has its order"),
        ({"fee_above_most": 0.02}, "a fee is no more than the schedule's most and a cent"),
    ],
)
def test_a_wrong_row_is_named(wrong, text):
    (verdict,) = failed(fills=[FILL, FILL | {"name": "BAD"} | wrong])
    assert (verdict.expectation.text, verdict.rows, verdict.unexpected) == (text, 2, 1)
    assert verdict.examples[0].startswith("BAD: ")


def test_a_share_of_exceptions_is_tolerated_where_the_expectation_says_so():
    slow = [FILL | {"delay_s": 90.0}]
    assert failed(fills=[FILL] * 19 + slow) == []
    (verdict,) = failed(fills=[FILL] * 18 + slow * 2)
    assert not verdict.expectation.critical


def test_a_column_that_is_missing_is_an_error_and_no_verdict():
    with pytest.raises(DeskError, match="fills: a price is inside 0 and 1"):
        failed(fills=[{"name": "T"}])


def test_the_docs_replace_the_older_ones_whole(tmp_path):
    docs = tmp_path / "desk" / "data-docs"
    for label in ("one", "two"):
        validate({suite: [] for suite in SUITES}, label=label, docs=docs)
    pages = {path.relative_to(docs).parts[2] for path in docs.glob("validations/*/*/*/*.html")}
    assert pages == {"two"}
    assert [path.name for path in docs.parent.iterdir()] == ["data-docs"]
