import msgspec
import pytest

from kalshi_desk.batch.watchlist import differs, publish
from kalshi_desk.domain.control import Watch
from kalshi_desk.domain.units import Nanos
from kalshi_desk.settings import load_settings

WATCH = Watch(at=Nanos(1), ticker="T", series_ticker="S", desk="crypto", open_time=Nanos(2), close_time=Nanos(3))


def test_looking_again_later_is_no_change():
    assert not differs(msgspec.structs.replace(WATCH, at=Nanos(9)), WATCH)


def test_a_new_owner_or_time_is_one():
    assert differs(msgspec.structs.replace(WATCH, desk="forecast"), WATCH)
    assert differs(msgspec.structs.replace(WATCH, close_time=Nanos(4)), WATCH)


@pytest.mark.embedded
async def test_only_changes_are_published_and_an_old_list_changes_nothing(broker):
    settings = load_settings(_env_file=None, kafka_bootstrap=broker.bootstrap)
    ahead = Nanos.parse("2100-01-01T00:00:00Z")
    await publish(settings, [], now=ahead)
    listed = msgspec.structs.replace(WATCH, ticker="KXRAIN-A", at=ahead)
    again = msgspec.structs.replace(listed, at=Nanos(ahead + 1))
    assert await publish(settings, [listed], now=ahead) == 1
    assert await publish(settings, [again], now=again.at) == 0
    assert await publish(settings, [], now=Nanos(ahead - 1)) == 0
    assert await publish(settings, [], now=again.at) == 1
