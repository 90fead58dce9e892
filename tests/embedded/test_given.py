import pytest

from kalshi_desk.embedded import given
from kalshi_desk.settings import load_settings


def test_given_settings_are_read_back_above_dotenv(place, monkeypatch):
    monkeypatch.setenv("DESK_HOME", str(place.home))
    password = "a'b\\c $x"
    given.keep(
        place,
        {
            "SPEED": "10",
            "FROM": "2026-05-13T17:14Z",
            "RECORDING": str(place.home),
            "KAFKA_PASSWORD": password,
            "PATH": "/x",
        },
    )
    read = load_settings()
    assert (read.speed, read.play_from, read.recording) == (10, "2026-05-13T17:14Z", place.home)
    assert read.kafka_password.get_secret_value() == password
    assert "PATH" not in (place.home / "up.env").read_text()
    assert (place.home / "up.env").stat().st_mode & 0o777 == 0o600


def test_the_next_start_forgets_what_it_is_not_given(place, monkeypatch):
    monkeypatch.setenv("DESK_HOME", str(place.home))
    given.keep(place, {"SPEED": "10"})
    given.keep(place, {})
    assert load_settings().speed == 1


@pytest.mark.parametrize("change", [{"speed": 2}, {"kafka_password": "b"}])
def test_every_changed_setting_changes_the_revision(change):
    before = load_settings(_env_file=None, kafka_password="a")
    after = load_settings(_env_file=None, **{"kafka_password": "a", **change})
    assert given.settings_revision(before) != given.settings_revision(after)
    assert given.settings_revision(before) == given.settings_revision(before.model_copy())


def test_the_code_revision_is_stable():
    assert given.code_revision() == given.code_revision()
