"""What the models answered becomes rows and messages, on real tables and a real broker."""

import asyncio

import pytest

from kalshi_desk.adapters.kafka.reader import load_compacted
from kalshi_desk.adapters.kafka.topics import ESTIMATES
from kalshi_desk.batch import estimates
from kalshi_desk.batch.estimates import publish_estimates
from kalshi_desk.batch.estimation import ask_batch, choose_markets
from kalshi_desk.domain.units import Nanos
from kalshi_desk.steps.estimate import estimate_id, rules_hash
from tests.batch.estimated import NOW, RUN_AFTER, WINDOW, at, estimate, execute, listed, watch
from tests.batch.test_estimation import desk, far_from, left_out, whole_run  # noqa: F401 - a fixture
from tests.models import NOISE, view
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded


def announced(broker) -> dict:
    latest = asyncio.run(load_compacted(broker, ESTIMATES.name, 1))
    return {key.decode(): ESTIMATES.decoder()(value) for key, value in latest.items()}


@pytest.fixture
def chosen(desk, database, request):  # noqa: F811 - the fixture of that name
    """A market far from what the model believes, chosen and asked about; named after the test."""
    ticker = f"KX{abs(hash(request.node.name)) % 10**9}-26DEC01"
    watch(database, listed(ticker, rules_primary="If it is high."), **far_from(ticker))
    choose_markets(RUN_AFTER, WINDOW)
    ask_batch(RUN_AFTER, WINDOW, 0)
    return ticker


def test_an_estimate_is_a_row_with_its_stages_and_a_message(chosen, desk, database, broker):  # noqa: F811
    assert publish_estimates(RUN_AFTER, WINDOW, [{}]) == 1
    (row,) = execute(
        database,
        """select estimate_id, p_vendors, p_ensemble, p_calibrated, p_blended, p_yes, p_price, blend_weight,
        exploratory, details, occurred_at from estimates""",
    )
    name, vendors, p_ensemble, p_calibrated, p_blended, p_yes, p_price, weight, exploratory, details, when = row
    assert name == estimate_id(ACCOUNT, chosen, NOW)
    assert vendors == pytest.approx({"gpt": view(chosen), "claude": view(chosen)}, abs=NOISE)
    assert p_ensemble == p_calibrated == pytest.approx(view(chosen), abs=NOISE)
    assert p_blended == pytest.approx(p_price)
    assert min(p_ensemble, p_price) < p_yes < max(p_ensemble, p_price)
    assert (weight, exploratory, when) == (0.5, True, at(0))
    assert (details["reason"], details["rules"]) == ("first", rules_hash("If it is high."))
    assert (details["faults"], details["disagreement"], details["evidence"]) == ({}, None, {"1": []})
    assert len(details["samples"]) == 4
    assert float(details["cost"]) > 0
    message = announced(broker)[chosen]
    assert (message.estimate_id, message.p_yes, message.at) == (name, p_yes, NOW)
    assert (message.category, message.exploratory) == ("Economics", True)


def test_one_vendor_down_leaves_the_other_alone_with_a_wider_interval(desk, database):  # noqa: F811
    for ticker, down in (("KXBOTH-1", set()), ("KXALONE-1", {"gpt"})):
        watch(database, listed(ticker), **far_from(ticker))
        desk.down = down
        whole_run()
        execute(database, "delete from watchlist")
        execute(database, "delete from pages")
    rows = execute(database, "select ticker, p_vendors, p_ensemble, p_ensemble_stderr, details from estimates")
    found = {ticker: (vendors, p, stderr, details) for ticker, vendors, p, stderr, details in rows}
    assert set(found["KXBOTH-1"][0]) == {"gpt", "claude"}
    vendors, p, stderr, details = found["KXALONE-1"]
    assert set(vendors) == {"claude"}
    assert details["faults"]["gpt"] == ["vendor_down"]
    both = found["KXBOTH-1"]
    assert stderr / (p * (1 - p)) > both[2] / (both[1] * (1 - both[1]))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("status = 'closed'", "closed"),
        ("close_at = timestamptz '2026-11-21T12:00:00Z'", "closed"),
        ("definition = jsonb_set(definition, '{rules_primary}', '\"If it is low.\"')", "rules_changed"),
    ],
)
def test_a_market_that_changed_meanwhile_is_left_out(chosen, database, change, reason):
    execute(database, f"update markets set {change}")
    assert publish_estimates(RUN_AFTER, WINDOW, [{}]) == 0
    assert left_out(database) == [{"ticker": chosen, "reason": reason, "value": None}]
    assert execute(database, "select 1 from estimates") == []


def test_an_estimate_older_than_the_newest_is_stored_and_not_announced(chosen, database, broker):
    estimate(database, chosen, 0.5, minutes=60)
    assert publish_estimates(RUN_AFTER, WINDOW, [{}]) == 1
    assert chosen not in announced(broker)


def test_without_the_broker_no_row_is_kept(chosen, database, monkeypatch):
    async def away(*_):
        raise ConnectionError

    monkeypatch.setattr(estimates, "_publish", away)
    with pytest.raises(ConnectionError):
        publish_estimates(RUN_AFTER, WINDOW, [{}])
    assert execute(database, "select 1 from estimates") == []


def test_the_calibration_known_at_the_time_is_used(chosen, database):
    fit = (
        '{"category": "economics", "fitted_at": "2026-11-20T00:00:00.000000000Z", "resolutions": 80, "priced": 80,'
        ' "vendor_weights": {"gpt": 1.0, "claude": 0.0}, "platt_intercept": 0.0, "platt_slope": 1.0,'
        ' "blend_weight": 0.8, "blend_stderr": 0.1, "blend_bias": 0.0, "blend_low": 0.5, "blend_high": 1.0}'
    )
    for fitted, weight in ((-60, "0.8"), (60, "0.1")):
        execute(
            database, "insert into calibrations values (%s, 'economics', %s, 80, %s)",
            ACCOUNT, at(fitted), fit.replace("0.8,", f"{weight},"),
        )  # fmt: skip
    publish_estimates(RUN_AFTER, WINDOW, [{}])
    assert execute(database, "select blend_weight, exploratory from estimates") == [(0.8, False)]


def test_contradictory_evidence_is_allowed_and_shows(desk, database):  # noqa: F811
    ticker = "KXSPLIT-26DEC01"
    watch(database, listed(ticker), **far_from(ticker))
    for number, told in enumerate(("It will.", "It will not.", "It may.")):
        execute(
            database, "insert into articles values (%s, %s, 's', 'u', %s, %s, %s, %s, true, null)",
            ACCOUNT, f"s{number}", told, told, at(-60), at(-60),
        )  # fmt: skip
        execute(
            database, "insert into article_markets values (%s, %s, %s, %s, %s)",
            ACCOUNT, f"s{number}", ticker, 0.9 - number / 10, at(-60),
        )  # fmt: skip
    whole_run()
    ((details,),) = execute(database, "select details from estimates where ticker = %s", ticker)
    assert details["evidence"] == {"1": ["s0"], "2": ["s1", "s2"]}
    assert 0 < details["disagreement"] <= 2 * NOISE
    assert Nanos.of(at(0)) == NOW
