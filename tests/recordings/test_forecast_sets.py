import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kalshi_desk.errors import ParseError
from kalshi_desk.recordings.forecast_sets import ForecastSet

TOURNAMENT = {
    "question_id": 7, "title": "Q", "category": "Sports", "background": "old  news", "resolution_criteria": "rule",
    "fine_print": "", "open_time": "2024-07-08T14:30:00Z", "close_time": "2024-07-09T14:30:00Z",
    "resolve_time": "2024-07-18T23:52:00Z", "outcome": 0, "pro_median": 0.1, "gpt_4o_mean": 0.7, "gpt_4o_median": 0.6,
    "claude_3_5_sonnet_20241022_mean": 0.5, "claude_3_5_haiku_mean": 0.4,
}  # fmt: skip
LIVE = {
    "pred_id": "p1", "timestamp": "2026-04-05T14:27:58.015940+00:00", "question": "Q", "category": "sports",
    "market_price": 0.385, "llm_prob": 0.3, "blend_prob": 0.33, "resolved": True, "outcome": 1.0,
    "resolved_at": "2026-04-06T01:25:51.409438+00:00",
}  # fmt: skip
FROZEN = {
    "forecast_due_date": "2024-07-21", "id": "1285", "source": "infer", "question": "Q", "background": "N/A",
    "resolution_criteria": "rule", "freeze_datetime": "2024-07-12T00:00:00+00:00", "freeze_value": 0.02,
    "resolution_date": "2025-01-01", "resolved": True, "resolved_to": 0.0,
}  # fmt: skip


@pytest.fixture
def dataset(tmp_path):
    """Write rows as a folder and return it."""

    def write(*rows, file="forecasts"):
        pq.write_table(pa.Table.from_pylist(list(rows)), tmp_path / f"{file}.parquet")
        return ForecastSet(tmp_path)

    return write


def test_a_tournament_gives_means_by_vendor_and_experts_but_no_price(dataset):
    [question] = dataset(TOURNAMENT).questions()
    assert question.id == "7"
    assert question.price is None
    assert question.forecasts == {"gpt": 0.7, "claude": 0.5, "claude_3_5_haiku": 0.4, "experts": 0.1}
    assert str(question.asked_at) == "2024-07-08T14:30:00.000000000Z"
    told = [(part["kind"], part["text"]) for part in question.evidence]
    assert told == [("background", "old news"), ("resolution_criteria", "rule")]
    assert {part["observed_at"] for part in question.evidence} == {str(question.asked_at)}


def test_an_empty_column_gives_no_forecast(dataset):
    [question] = dataset(TOURNAMENT | {"pro_median": None, "claude_3_5_haiku_mean": None}).questions()
    assert question.forecasts == {"gpt": 0.7, "claude": 0.5}


def test_live_forecasts_keep_the_models_own_alone(dataset):
    [question] = dataset(LIVE).questions()
    assert (question.price, question.forecasts, question.outcome) == (0.385, {"llm": 0.3}, 1)


@pytest.mark.parametrize(("price", "kept"), [(0.481, None), (0.5, None), (0.519, None), (0.479, 0.479), (0.521, 0.521)])
def test_a_price_near_one_half_is_none(dataset, price, kept):
    [question] = dataset(LIVE | {"market_price": price, "llm_prob": None, "category": None}).questions()
    assert (question.price, question.forecasts, question.category) == (kept, {}, "unnamed")


def test_a_frozen_price_is_known_at_its_instant_and_the_answer_after_its_day(dataset):
    [question] = dataset(FROZEN, file="questions").questions()
    assert (question.id, question.category, question.price) == ("infer/1285/2024-07-21", "infer", 0.02)
    assert str(question.asked_at) == "2024-07-12T00:00:00.000000000Z"
    assert str(question.resolved_at) == "2025-01-02T00:00:00.000000000Z"
    assert question.forecasts == {}


def test_what_is_unresolved_or_repeated_is_counted(dataset):
    found = dataset(FROZEN, FROZEN | {"resolved": False, "resolved_to": 0.3}, FROZEN, file="questions")
    assert len(list(found.questions())) == 1
    assert found.left_out == {"unresolved": 1, "repeated": 1}
    live = dataset(LIVE | {"resolved": False, "outcome": None, "resolved_at": None}, LIVE)
    assert [question.id for question in live.questions()] == ["p1"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (LIVE | {"outcome": 0.5}, "outcome 0.5"),
        (LIVE | {"market_price": 38.5}, "not probabilities"),
        (LIVE | {"llm_prob": float("nan")}, "not probabilities"),
        (LIVE | {"resolved_at": "2026-04-01T00:00:00+00:00"}, "not after it was asked"),
        (LIVE | {"timestamp": "soon"}, "ISO 8601"),
    ],
)
def test_a_row_that_contradicts_itself_is_left_out_and_told(dataset, row, said):
    found = dataset(LIVE, row)
    assert [question.id for question in found.questions()] == ["p1"]
    assert found.left_out == {"unusable": 1}
    assert found.fault.startswith("row 1: ")
    assert said in found.fault


def test_a_folder_without_any_usable_row_is_refused(dataset):
    with pytest.raises(ParseError, match="row 0: ValueError: outcome 2"):
        list(dataset(LIVE | {"outcome": 2.0}).questions())


def test_other_folders_are_of_no_known_kind(dataset, tmp_path):
    with pytest.raises(ParseError, match="no known kind"):
        list(ForecastSet(tmp_path).questions())
    with pytest.raises(ParseError, match="no known kind"):
        list(dataset({"ticker": "T", "early_price": 0.4}).questions())
    (tmp_path / "forecasts.parquet").write_bytes(b"no parquet")
    with pytest.raises(ParseError, match=r"forecasts\.parquet"):
        list(ForecastSet(tmp_path).questions())


@pytest.mark.recording
@pytest.mark.parametrize(
    ("name", "questions", "unresolved"),
    [
        ("llm_forecasts_metaculus_aib_q3_2024", 199, 0),
        ("llm_forecasts_polymarket_2026-04", 3031, 261),
        ("forecastbench_market_questions", 1252, 1838),
    ],
)
def test_the_recorded_sets(recordings_dir, name, questions, unresolved):
    dataset = ForecastSet(recordings_dir / name)
    assert len(list(dataset.questions())) == questions
    assert dataset.left_out["unresolved"] == unresolved


@pytest.mark.recording
def test_a_set_without_the_time_of_its_price_is_refused(recordings_dir):
    with pytest.raises(ParseError, match="no known kind"):
        list(ForecastSet(recordings_dir / "kalshi_calibration_2026").questions())
