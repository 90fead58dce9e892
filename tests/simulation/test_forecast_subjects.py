from kalshi_desk.settings import Settings
from kalshi_desk.simulation.forecast_subjects import CATEGORIES, by_series, subjects


def test_series_are_unique_and_none_is_a_crypto_series():
    known = subjects()
    assert len(by_series()) == len({subject.name for subject in known}) == len(known) > 700
    crypto = Settings.model_fields["crypto_series"].default
    assert not any(subject.series_ticker.startswith(tuple(crypto)) for subject in known)


def test_the_first_series_are_of_all_categories_in_turn():
    assert [subject.category for subject in subjects()[:8]] == list(CATEGORIES)
    assert [subject.category for subject in subjects()[8:16]] == list(CATEGORIES)


def test_levels_are_far_enough_from_zero_for_thresholds_and_wide_enough_for_their_decimals():
    for subject in subjects():
        assert subject.centre > 2 * subject.measure.scale, subject
        assert subject.measure.scale * 10**subject.measure.decimals >= 3, subject


def test_values_are_shown_with_their_decimals():
    subject = next(one for one in subjects() if one.measure.stem == "KXYIELD")
    assert (subject.shown(3.14159), subject.shown(3.14159, more=2)) == ("3.14", "3.1416")
