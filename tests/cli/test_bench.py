import json

import pytest

from kalshi_desk.bench.stakes import LIMITS
from kalshi_desk.cli import main


@pytest.mark.embedded
def test_every_figure_has_a_name_and_positive_times(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["bench", "--json", "--minutes", "8"])
    found = json.loads(capsys.readouterr().out)
    assert stopped.value.code == 0
    assert len({one["name"] for one in found}) == len(found) == 3 + len(LIMITS)
    assert all(0 < one["p50"] <= one["p99"] and one["n"] > 0 for one in found)
