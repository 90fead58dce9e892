import pytest

from kalshi_desk.embedded.place import ROOT, Place, filled, private_file
from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import load_settings


def test_a_relative_state_folder_counts_from_the_repository():
    assert Place(load_settings(_env_file=None, desk_home="x/y")).home == ROOT / "x" / "y"


def test_a_path_too_long_for_a_socket_is_refused(tmp_path):
    place = Place(load_settings(_env_file=None, desk_home=tmp_path / ("x" * 100)))
    with pytest.raises(SettingsError, match="too long"):
        place.create()


def test_the_state_folder_can_be_passed_but_not_read_by_others(place):
    assert place.home.stat().st_mode & 0o777 == 0o711
    assert place.logs.is_dir()


def test_a_private_file_is_its_owners_alone(tmp_path):
    file = tmp_path / "secret"
    file.write_text("old")
    file.chmod(0o644)
    private_file(file, "new")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("new", 0o600)


def test_a_template_with_a_missing_value_is_an_error():
    with pytest.raises(KeyError):
        filled("server.properties", port=1)


def test_what_is_given_is_not_embedded():
    settings = load_settings(_env_file=None, database_url="postgresql://x@y/z", kafka_bootstrap="k:1")
    assert not Place(settings).own_postgres
    assert not Place(settings).own_kafka
