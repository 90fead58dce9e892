import pytest
from aiohttp.test_utils import make_mocked_request

from kalshi_desk.domain.units import Price
from kalshi_desk.venue_double.api_error import ApiError
from kalshi_desk.venue_double.requests import exact, names_of, page, query_int, required, whole, within


def status_of(act):
    with pytest.raises(ApiError) as caught:
        act()
    return caught.value.status


def test_numbers_of_bodies_are_strings():
    assert exact({"price": "0.51"}, "price", Price, "invalid_price") == 5_100
    assert status_of(lambda: exact({"price": 0.51}, "price", Price, "invalid_price")) == 400
    assert status_of(lambda: exact({"price": "x"}, "price", Price, "invalid_price")) == 400
    assert status_of(lambda: whole("7", "expiration_time")) == 400
    assert status_of(lambda: required({"a": ""}, "a")) == 400


def test_pages_follow_the_cursor():
    rows = list(range(5))
    first, cursor = page(make_mocked_request("GET", "/?limit=3"), rows, default=100, most=1000)
    assert (list(first), cursor) == ([0, 1, 2], "3")
    second, end = page(make_mocked_request("GET", f"/?limit=3&cursor={cursor}"), rows, default=100, most=1000)
    assert (list(second), end) == ([3, 4], "")
    unknown, _ = page(make_mocked_request("GET", "/?cursor=gossip"), rows, default=100, most=1000)
    assert list(unknown) == rows
    assert status_of(lambda: page(make_mocked_request("GET", "/?limit=1001"), rows, default=100, most=1000)) == 400


def test_queries():
    request = make_mocked_request("GET", "/?ticker=A,B&min_ts=10&max_ts=20")
    assert names_of(request, "ticker") == {"A", "B"}
    assert query_int(request, "depth", 7) == 7
    assert [within(request, second * 10**9) for second in (9, 10, 20, 21)] == [False, True, True, False]
