import inspect

import pytest

from kalshi_desk.clock import ScaledClock, SystemClock
from kalshi_desk.ports import Clock


@pytest.mark.parametrize("clock", [SystemClock, ScaledClock])
def test_both_clocks_fit_the_port(clock):
    assert inspect.signature(clock.now) == inspect.signature(Clock.now)
