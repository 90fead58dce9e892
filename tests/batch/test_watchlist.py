import msgspec

from kalshi_desk.batch.watchlist import differs
from kalshi_desk.domain.control import Watch
from kalshi_desk.domain.units import Nanos

WATCH = Watch(at=Nanos(1), ticker="T", series_ticker="S", desk="crypto", open_time=Nanos(2), close_time=Nanos(3))


def test_looking_again_later_is_no_change():
    assert not differs(msgspec.structs.replace(WATCH, at=Nanos(9)), WATCH)


def test_a_new_owner_or_time_is_one():
    assert differs(msgspec.structs.replace(WATCH, desk="forecast"), WATCH)
    assert differs(msgspec.structs.replace(WATCH, close_time=Nanos(4)), WATCH)
