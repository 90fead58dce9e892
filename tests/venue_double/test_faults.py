import pytest

from kalshi_desk.errors import SettingsError
from kalshi_desk.venue_double.api_error import ApiError
from kalshi_desk.venue_double.faults import FaultPlan, Faults, load_faults


def test_without_a_plan_nothing_fails():
    faults = load_faults(None)
    faults.refuse()
    assert not faults.loses_reply()
    assert not faults.repeats_fill()


def test_rates_are_kept_and_repeat_with_the_seed(tmp_path):
    path = tmp_path / "faults.json"
    path.write_text('{"seed": 3, "drop_reply": 0.25}')
    first, second = ([load_faults(path).loses_reply()] for _ in range(2))
    assert first == second
    faults = load_faults(path)
    assert 200 < sum(faults.loses_reply() for _ in range(1_000)) < 300


@pytest.mark.parametrize(("name", "status"), [("too_many_requests", 429), ("server_error", 503)])
def test_requests_are_refused(name, status):
    plan = FaultPlan(**{name: 1.0})
    with pytest.raises(ApiError) as caught:
        Faults(plan).refuse()
    assert caught.value.status == status


@pytest.mark.parametrize("text", ['{"drop_reply": 2}', '{"unknown": 1}', "nonsense"])
def test_a_wrong_plan_is_told(tmp_path, text):
    (tmp_path / "f.json").write_text(text)
    with pytest.raises(SettingsError, match="faults file"):
        load_faults(tmp_path / "f.json")


def test_faults_of_the_press_and_of_models(tmp_path):
    path = tmp_path / "faults.json"
    path.write_text(
        '{"broken_feeds": ["world"], "model_prose": 1, "tempers": {"gpt-6-luna": {"slope": 0, "bias": 0.4}}}'
    )
    faults = load_faults(path)
    assert (faults.breaks_feed("world"), faults.breaks_feed("politics")) == (True, False)
    assert faults.model_fault() == "prose"
    assert faults.news_fault() is None
    assert (faults.plan.tempers["gpt-6-luna"].slope, faults.plan.tempers["gpt-6-luna"].bias) == (0, 0.4)
    assert Faults(FaultPlan(news_limit=1.0)).news_fault() == 429
    assert Faults(FaultPlan(news_error=1.0)).news_fault() == 503
    assert Faults(FaultPlan(broken_feeds=("*",))).breaks_feed("politics")
    path.write_text('{"model_error": 2.5}')
    with pytest.raises(SettingsError, match="model_error"):
        load_faults(path)
