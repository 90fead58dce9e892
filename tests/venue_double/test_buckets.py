import pytest

from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.venue_double.api_error import ApiError
from kalshi_desk.venue_double.buckets import TokenBucket


def test_an_empty_bucket_refuses_until_it_is_refilled():
    bucket = TokenBucket(refill=10, capacity=20)
    bucket.take(20, Nanos(NANOS))
    with pytest.raises(ApiError) as caught:
        bucket.take(10, Nanos(NANOS + NANOS // 2))
    assert (caught.value.status, caught.value.body) == (429, {"error": "too many requests"})
    bucket.take(10, Nanos(2 * NANOS))
