import msgspec
import pytest

from kalshi_desk.domain.estimate import Estimate, Sample
from kalshi_desk.domain.message import Decoder, encode
from kalshi_desk.errors import ParseError
from tests.domain.messages import ESTIMATES


@pytest.mark.parametrize(("message", "text"), ESTIMATES.items())
def test_the_form_is_kept(message, text):
    assert encode(message).decode() == text
    assert Decoder(Estimate, "golden")(text) == message


def test_what_was_decided_at_an_estimate_names_it():
    (estimate,) = ESTIMATES
    assert estimate.seen == estimate.estimate_id == "e1"


def test_an_estimate_without_its_doubt_is_refused():
    (text,) = ESTIMATES.values()
    with pytest.raises(ParseError, match="stderr"):
        Decoder(Estimate, "estimates.v1")(text.replace('"stderr":0.04,', ""))


def test_a_sample_names_who_answered_to_which_evidence():
    sample = Sample(vendor="gpt", model="m", evidence_set=1, p_yes=0.6)
    assert msgspec.json.decode(encode(sample), type=Sample) == sample
