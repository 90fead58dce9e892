import numpy as np
import pytest

from kalshi_desk.adapters import sentences
from kalshi_desk.errors import ModelFileError

TEXTS = [
    "Will the Federal Reserve cut rates in December?",
    "Fed decision: interest rate lowered by 25 basis points at the December meeting",
    "Local bakery wins the national prize for its sourdough bread",
    "Bitcoin falls below 90,000 dollars as traders sell",
    "BTC price drops under $90K in a sell-off",
]


@pytest.fixture(scope="module")
def vectors():
    return sentences.embed(TEXTS)


def test_rows_are_unit_vectors(vectors):
    assert vectors.shape == (5, sentences.WIDTH)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_paraphrases_are_nearer_than_what_is_unrelated(vectors):
    cosine = vectors @ vectors.T
    assert cosine[0, 1] > 0.5 > 0.35 > max(cosine[0, 2], cosine[0, 3])
    assert cosine[3, 4] > 0.6 > 0.3 > cosine[3, 2]


def test_a_text_has_one_vector_whatever_stands_beside_it(vectors):
    assert np.array_equal(sentences.embed(TEXTS), vectors)
    assert np.allclose(sentences.embed(TEXTS[::-1])[::-1], vectors, atol=1e-5)
    assert np.allclose(sentences.embed(TEXTS[2:3]), vectors[2:3], atol=1e-5)


def test_nothing_and_long_texts_have_their_shape():
    assert sentences.embed([]).shape == (0, sentences.WIDTH)
    assert np.isfinite(sentences.embed(["", "word " * 5_000, "\u0000\u202e💥"])).all()


def test_a_file_that_is_not_the_tried_one_is_refused(tmp_path):
    other = tmp_path / "model.onnx"
    other.write_bytes(b"something else")
    with pytest.raises(ModelFileError, match="sha256"):
        sentences.verify(other)
