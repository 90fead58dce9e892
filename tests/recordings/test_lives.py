from kalshi_desk.domain.units import Nanos
from kalshi_desk.recordings.coverage import coverage
from kalshi_desk.recordings.folder import Recording
from kalshi_desk.recordings.lives import read_lives
from tests.recordings.conftest import FIRST, at


def test_of_definitions_already_due_only_the_last_is_told(folder):
    rows = list(read_lives(Recording(folder), coverage(folder), at(100)))
    first = [step for _, step in rows if getattr(step, "market", None) and step.market.ticker == FIRST]
    assert [step.at for step in first] == [at(100)]


def test_the_whole_life_of_both_markets(folder):
    rows = list(read_lives(Recording(folder), coverage(folder), Nanos(0)))
    assert sum(count for count, _ in rows) == 2
    assert len(rows) == 11
