import pytest

from kalshi_desk.simulation.forecast_places import PLACES


@pytest.mark.parametrize("kind", sorted(PLACES))
def test_codes_and_names_are_unique_and_fit_a_ticker(kind):
    codes, names = zip(*PLACES[kind], strict=True)
    assert len(set(codes)) == len(set(names)) == len(codes) >= 16
    assert all(code.isascii() and code.isalpha() and code.isupper() and len(code) <= 14 for code in codes)
    assert all(name == name.strip() != "" for name in names)
