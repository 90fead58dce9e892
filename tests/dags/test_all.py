from pathlib import Path

from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.batch_age import tables

ROOT = Path(__file__).resolve().parents[2]


def test_every_file_is_one_dag_of_its_name_without_an_import_error(parsed_dags):
    errors = parsed_dags["errors"]
    assert errors == []
    files = {path.stem for path in (ROOT / "dags").glob("*.py")} - {"__init__"}
    assert files == set(parsed_dags) - {"errors"}
    assert all(Path(facts["file"]).stem == name for name, facts in parsed_dags.items() if name != "errors")


def test_every_dag_has_an_owner_tags_and_a_runbook(parsed_dags):
    for name, facts in parsed_dags.items():
        if name == "errors":
            continue
        assert facts["owner"] == "desk", name
        assert facts["tags"], name
        for heading in ("### What it does", "### Healthy looks like", "### If red", "### Rerun"):
            assert heading in facts["doc"], (name, heading)


def test_doctor_knows_the_periods_of_the_dags(parsed_dags):
    written = tables(load_settings(_env_file=None))
    told = {name: facts["period_s"] for name, facts in parsed_dags.items() if name in written}
    assert told == {name: max(30, period_s / 10) for name, (_, period_s) in written.items()}


def test_dag_files_stay_short():
    for path in (ROOT / "dags").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 80, path.name
