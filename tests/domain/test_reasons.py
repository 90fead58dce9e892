import re
from pathlib import Path

import kalshi_desk
from kalshi_desk.domain.reasons import MEANINGS

SOURCE = Path(kalshi_desk.__file__).parent


def test_every_reason_explained_is_one_that_the_desk_gives():
    told = {
        word
        for path in SOURCE.rglob("*.py")
        if path.name != "reasons.py"
        for word in re.findall(r'"([a-z_]+)"', path.read_text())
    }
    assert set(MEANINGS) <= told


def test_a_meaning_is_one_short_line():
    assert all(0 < len(text) <= 100 and text[-1] != "." for text in MEANINGS.values())
