from contextlib import closing

import pytest

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.scorecard import last_scored, read_scorecard
from kalshi_desk.batch.scorecard import score_estimates
from kalshi_desk.domain.units import Nanos
from tests.batch.forecasts import ACCOUNT, HOUR, add_estimate, add_market, at, open_account, run_after

pytestmark = pytest.mark.embedded
P = {"gpt": 0.7, "price": 0.5, "blended": 0.6}


def instant(days):
    return Nanos.of(at(days))


def test_it_is_read_as_it_was_known_then(paper_desk):
    open_account(paper_desk)
    add_market(paper_desk, "NO", settled=3.5, result="no")
    for days in (1, 2):
        add_estimate(paper_desk, "NO", days=days, p=P)
    score_estimates(run_after(3.6), HOUR)
    with closing(connect(paper_desk, "test")) as db:
        assert last_scored(db, account=ACCOUNT, at=instant(3.5)) is None
        assert last_scored(db, account=ACCOUNT, at=instant(4)) == instant(3.6)
        assert read_scorecard(db, account=ACCOUNT, at=instant(3.5)) == []
        found = read_scorecard(db, account=ACCOUNT, at=instant(3.6))
    lines = {(line.kind, line.part, line.forecaster): line for line in found}
    assert lines["category", "Climate", "price"].brier == pytest.approx(0.25)
    assert lines["horizon", "7 to 30 days", "blended"].n == 2
    assert lines["all", "all", "blended"].skill.mean == pytest.approx(0.25 - 0.36)
