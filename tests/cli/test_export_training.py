import json

import pytest

from tests.batch.test_training import settled
from tests.cli.desk import run
from tests.domain.test_training import prompt

pytestmark = pytest.mark.embedded


def test_clean_prompts_are_lines_and_the_rest_is_counted(capsys, paper_desk):
    settled(paper_desk, prompt=prompt())
    code, out, err = run(capsys, "export-training")
    assert code == 0
    [line] = out.splitlines()
    assert [part["role"] for part in json.loads(line)["messages"]] == ["system", "user", "assistant"]
    assert err.startswith("1 examples, 0 left out; settled_before_asked 0, ")


def test_a_prompt_that_tells_the_price_is_left_out(capsys, paper_desk):
    settled(paper_desk, prompt=prompt(summary="Rain is at 40%."))
    code, out, err = run(capsys, "export-training")
    assert (code, out) == (0, "")
    assert err.startswith("0 examples, 1 left out; ")
    assert "price_told 1" in err


def test_without_a_database_it_is_one_line(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk@127.0.0.1:1/desk")
    code, out, err = run(capsys, "export-training")
    assert (code, out, err.count("\n")) == (2, "", 1)
