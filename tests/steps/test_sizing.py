import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.fees import Role
from kalshi_desk.domain.limits import Limit, Share
from kalshi_desk.domain.market import FeeSchedule
from kalshi_desk.domain.risk import Breach, Reserved
from kalshi_desk.domain.units import Cash, Count, Price
from kalshi_desk.steps.sizing import Offer, size, stake
from tests.steps.desk import crypto_limits, limits

ROLL = Cash.parse("50")
SUMS = ("market", "event", "underlying", "cluster", "strategy", "desk", "category", "both")
FREE = Reserved(**dict.fromkeys(SUMS, Cash(0)), contracts=Count(0))


def offer(price="0.52", q=0.60, **changes):
    base = Offer(
        price=Price.parse(price),
        q=q,
        stderr=0.0,
        role=Role.TAKER,
        shown=Count.parse("1000"),
        schedule=FeeSchedule("quadratic", 10_000),
        align=Cash(100),
        selection=0.01,
    )
    return msgspec.structs.replace(base, **changes)


def test_edges_are_after_the_exact_fee():
    assert offer().edge() == pytest.approx(0.60 - 0.52 - 0.0175)
    assert offer(role=Role.MAKER, shown=None).edge() == pytest.approx(0.60 - 0.52 - 0.01)
    assert offer(stderr=0.0625).edge() == pytest.approx(0.0)


def test_full_kelly_with_fee_is_the_textbook_share():
    assert stake(offer(), fraction=1.0, roll=Cash.parse("1")).number == pytest.approx(0.1352, abs=1e-4)
    assert stake(offer(), fraction=0.25, roll=ROLL).number == pytest.approx(50 * 0.25 * 0.1352, abs=2e-3)
    assert stake(offer(q=0.5), fraction=1.0, roll=ROLL) == 0


def test_the_stake_is_cut_to_the_risk_per_trade():
    count = size(offer(), FREE, limits(), desk="crypto", roll=ROLL)
    assert offer().cost(count) <= Cash.parse("0.5") < offer().cost(Count(count + 1))


def test_the_count_is_cut_to_what_is_shown_and_to_the_contracts():
    assert size(offer(shown=Count.parse("0.5")), FREE, limits(), desk="crypto", roll=ROLL) == Count.parse("0.5")
    few = crypto_limits(max_position_contracts=Count.parse("0.3"))
    assert size(offer(), FREE, few, desk="crypto", roll=ROLL) == Count.parse("0.3")


def test_too_small_is_refused_and_never_raised():
    tiny = size(offer(shown=Count.parse("0.1")), FREE, limits(), desk="crypto", roll=ROLL)
    assert tiny == Breach("too_small", str(offer().cost(Count(10))), "0.100000")
    assert size(offer(shown=Count(0)), FREE, limits(), desk="crypto", roll=ROLL).value == "0.000000"


def test_rounding_of_a_small_order_may_take_the_edge():
    schedule = FeeSchedule("quadratic", 10_000)
    thin = offer("0.52", 0.52 + 0.0175 + 0.0301, schedule=schedule, align=Cash(10_000))
    refused = size(thin, FREE, limits(), desk="crypto", roll=ROLL)
    assert isinstance(refused, Breach)
    assert refused.reason == "min_edge"


@given(
    price=st.integers(1, 99),
    q=st.floats(0, 1),
    stderr=st.floats(0, 0.2),
    role=st.sampled_from(Role),
    held=st.tuples(*[st.integers(0, 12_000_000)] * len(SUMS)),
    contracts=st.integers(0, 10_100),
    roll=st.integers(0, 200_000_000),
)
def test_whatever_is_sized_stays_within_every_limit(price, q, stderr, role, held, contracts, roll):
    wide = crypto_limits(max_position_contracts=Count.parse("50"), max_risk_per_trade=Limit(Share.parse("0.2")))
    sums = dict(zip(SUMS, map(Cash, held), strict=True))
    reserved = Reserved(**sums, contracts=Count(contracts))
    bet = offer(str(Price(price * 100)), q, stderr=stderr, role=role)
    count = size(bet, reserved, wide, desk="crypto", roll=Cash(roll))
    if isinstance(count, Breach):
        return
    cost = bet.cost(count)
    assert cost >= wide.min_order_cost
    assert contracts + count <= wide.crypto.max_position_contracts
    assert bet.edge(count) >= wide.crypto.min_edge
    caps = {"market": wide.crypto.max_risk_per_trade, "desk": wide.crypto.max_total_risk, "both": wide.max_total_risk}
    caps |= {name: getattr(wide, f"max_{name}_risk") for name in SUMS if name not in caps}
    for name, limit in caps.items():
        assert sums[name] + cost <= limit.of(Cash(roll))
