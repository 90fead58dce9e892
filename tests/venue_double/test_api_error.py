from kalshi_desk.venue_double.api_error import TOO_MANY, bad_body, bad_query, nested, not_found
from kalshi_desk.wire.kalshi_errors import parse_fault


def test_the_desk_reads_all_four_shapes():
    import json

    codes = [parse_fault(json.dumps(one.body).encode()).code for one in (
        nested(400, "insufficient_balance"), bad_body("json"), bad_query("limit"), TOO_MANY, not_found(),
    )]  # fmt: skip
    assert codes == ["insufficient_balance", "bad_request", "bad_request", "too_many_requests", "not_found"]
    assert str(not_found()).startswith("404")
