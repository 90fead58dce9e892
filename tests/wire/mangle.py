"""Hypothesis strategies that break a good frame in one place."""

import json
from typing import Any

from hypothesis import strategies as st

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(10**17, 10**30), st.floats(), st.text(max_size=30),
    st.sampled_from(["", "0", "-1", "1e400", "0.123456789", "NaN", "0001-01-01T00:00:00Z", "\uff19", "1_0", "+1"]),
    st.just([]), st.just({}), st.lists(st.integers(), max_size=2), st.just([["0.5"]]), st.just([[[]]]),
)  # fmt: skip


@st.composite
def mangled(draw: st.DrawFn, frames: list[str]) -> str:
    """Return one of the frames with a node replaced or removed, or its text cut or stirred."""
    text = draw(st.sampled_from(frames))
    if draw(st.booleans()):
        place = draw(st.integers(0, len(text)))
        return text[:place] + draw(st.text(max_size=3)) + text[place + draw(st.integers(0, 5)) :]
    value = json.loads(text)
    parents = list(_containers(value))
    parent = draw(st.sampled_from(parents))
    keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
    if not keys:
        return text
    key = draw(st.sampled_from(keys))
    if draw(st.booleans()):
        parent[key] = draw(ODD)
    else:
        del parent[key]
    return json.dumps(value)


def _containers(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        yield value
        for child in value.values() if isinstance(value, dict) else value:
            yield from _containers(child)
