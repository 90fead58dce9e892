"""What every exchange's parser must stand."""

import contextlib
from collections.abc import Callable, Mapping

from hypothesis import given, settings

from kalshi_desk.domain.inputs import SpotTrade
from kalshi_desk.domain.units import IndexPrice, Nanos, Quantity
from kalshi_desk.errors import ParseError
from tests.wire.mangle import mangled

AT = Nanos.parse("2026-11-21T14:30:01Z")


def trade(venue: str, trade_id: str, price: str, size: str, occurred_at: str, underlying: str = "BTC") -> SpotTrade:
    return SpotTrade(
        at=AT, occurred_at=Nanos.parse(occurred_at), underlying=underlying, venue=venue,
        price=IndexPrice.parse(price), size=Quantity.parse(size), trade_id=trade_id,
    )  # fmt: skip


def assert_only_parse_errors(parse: Callable[..., object], frames: list[str], symbols: Mapping[str, str]) -> None:
    @settings(max_examples=200, deadline=None)
    @given(mangled(frames))
    def fuzz(text: str) -> None:
        with contextlib.suppress(ParseError):
            parse(text, symbols, AT)

    fuzz()
