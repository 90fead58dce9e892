"""Lines of the recorded, compressed captures."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa


def lines(path: Path) -> Iterator[str]:
    with pa.input_stream(str(path), compression="zstd") as stream:
        yield from stream.read().decode("utf-8").splitlines()
