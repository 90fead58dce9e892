from kalshi_desk.domain.asked import Asked, Evidence
from kalshi_desk.domain.message import Decoder, encode
from tests.forecasts import article, asked


def test_a_question_has_no_place_for_a_price():
    fields = set(Asked.__struct_fields__) | set(Evidence.__struct_fields__)
    assert not [name for name in fields if any(word in name for word in ("price", "bid", "ask_", "mid", "p_"))]


def test_questions_and_evidence_are_kept_as_json_without_loss():
    assert Decoder(Asked, "test")(encode(asked())) == asked()
    assert Decoder(Evidence, "test")(encode(article(published_at=None))) == article(published_at=None)
