import pytest

from kalshi_desk.embedded import strays
from kalshi_desk.embedded.down import stop, wipe
from kalshi_desk.embedded.programs import Program
from kalshi_desk.embedded.supervisor import Supervisor
from kalshi_desk.errors import SettingsError


@pytest.mark.embedded
def test_nothing_is_left(place):
    supervisor = Supervisor(place)
    supervisor.start([Program("venue", ("sleep", "600")), Program("kafka", ("sleep", "600"))])
    supervisor.start_program("venue")
    supervisor.start_program("kafka")
    stop(place)
    assert strays.left(place) == []
    assert not supervisor.running()
    stop(place)


def test_only_a_desks_folder_is_wiped(place):
    with pytest.raises(SettingsError, match="is not a desk's state folder"):
        wipe(place)
    (place.home / "supervisord.conf").touch()
    wipe(place)
    assert not place.home.exists()
    wipe(place)
