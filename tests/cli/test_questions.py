import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kalshi_desk.recordings.questions import read_questions
from tests.cli.desk import run
from tests.recordings.test_forecast_sets import FROZEN


def test_the_folder_becomes_json_lines_that_read_back(capsysbinary, tmp_path):
    rows = [FROZEN, FROZEN | {"id": "2", "resolved": False}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "questions.parquet")
    code, out, err = run(capsysbinary, "questions", str(tmp_path))
    assert (code, err) == (0, b"1 questions, 1 unresolved left out\n")
    told = json.loads(out)
    assert (told["outcome"], told["price"], told["forecasts"]) == (0, 0.02, {})
    (tmp_path / "q.jsonl").write_bytes(out)
    assert [question.id for question in read_questions(tmp_path / "q.jsonl")] == ["infer/1285/2024-07-21"]


@pytest.mark.parametrize("name", ["", "gone"])
def test_an_unknown_folder_is_one_line(capsysbinary, tmp_path, name):
    code, out, err = run(capsysbinary, "questions", str(tmp_path / name))
    assert (code, out, err.count(b"\n")) == (2, b"", 1)
