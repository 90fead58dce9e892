import pytest

from kalshi_desk.adapters.forecasters.forecaster import MAX_OUTPUT, fault_of, worst_of
from kalshi_desk.domain.spend import TokenPrice
from kalshi_desk.domain.units import Cash
from kalshi_desk.wire.forecast_answer import Fault
from tests.forecasts import prompt


@pytest.mark.parametrize(
    ("status", "code", "fault"),
    [
        (401, None, Fault.UNAUTHORIZED),
        (402, None, Fault.UNAUTHORIZED),
        (429, "insufficient_quota", Fault.UNAUTHORIZED),
        (429, "rate_limit_exceeded", Fault.RATE_LIMITED),
        (504, None, Fault.TIMEOUT),
        (529, None, Fault.VENDOR_DOWN),
        (500, None, Fault.VENDOR_DOWN),
        (400, None, Fault.REJECTED),
        (404, "model_not_found", Fault.REJECTED),
    ],
)
def test_a_status_says_what_is_wrong(status, code, fault):
    assert fault_of(status, code) is fault


def test_the_worst_cost_counts_every_byte_as_a_token_and_the_repetition():
    price = TokenPrice(Cash(1_000_000), Cash(5_000_000))
    size = len(prompt().whole.encode())
    assert worst_of(prompt(), price) >= 2 * (size + 5 * MAX_OUTPUT)
