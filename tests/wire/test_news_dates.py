import pytest

from kalshi_desk.domain.units import Nanos
from kalshi_desk.wire.news_dates import iso


def test_iso():
    assert iso("2026-11-20T13:31:00+01:00") == Nanos.parse("2026-11-20T12:31:00Z")


@pytest.mark.parametrize("text", [None, "", "2026-11-20", "20.11.2026", "1970-01-01T00:00:00Z", "2026-13-40T00:00:00Z"])
def test_what_is_no_date_is_unknown(text):
    assert iso(text) is None
