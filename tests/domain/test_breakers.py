import pytest

from kalshi_desk.domain import breakers
from kalshi_desk.domain.breakers import LossWatch
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.limits import Limit, Share
from kalshi_desk.domain.units import Cash, Nanos
from tests.steps.desk import T0, equity, later, limits

MIDNIGHT = Nanos.parse("2026-05-14T00:00:00Z")
DAY = 86_400


def today(both="0", crypto="0", forecast="0"):
    return {"both": Cash.parse(both), "crypto": Cash.parse(crypto), "forecast": Cash.parse(forecast)}


def pause(until=None, *, on=True, by="breaker:max_daily_loss"):
    return Switch(at=T0, name="pause", scope="both", on=on, by=by, reason="r", until=until)


@pytest.mark.parametrize(("pnl", "trips"), [("-3.999999", False), ("-4", True), ("-4.000001", True), ("4", False)])
def test_daily_loss_at_just_below_and_above(pnl, trips):
    loss = breakers.daily_loss(
        Cash.parse(pnl), Limit(Share.parse("0.08")), roll=Cash.parse("50"), scope="crypto", now=T0
    )
    assert (loss is not None) == trips
    if loss:
        assert (loss.name, loss.scope, loss.until) == ("crypto_max_daily_loss", "crypto", MIDNIGHT)
        assert loss.breach.threshold == "4.000000"


@pytest.mark.parametrize(("now", "trips"), [("40.000001", False), ("40", True), ("39.999999", True), ("60", False)])
def test_drawdown_at_just_below_and_above(now, trips):
    trip = breakers.drawdown(Cash.parse(now), Cash.parse("50"), Share.parse("0.20"))
    assert (trip is not None) == trips
    assert trip is None or trip.until is None


@pytest.mark.parametrize(("in_a_row", "trips"), [(4, False), (5, True), (6, True)])
def test_rejects_at_just_below_and_above(in_a_row, trips):
    assert (breakers.rejects(in_a_row) is not None) == trips


def test_a_trip_throws_a_pause_that_names_its_figures():
    trip = breakers.drawdown(Cash.parse("40"), Cash.parse("50"), Share.parse("0.20"))
    switch = breakers.switch_of(trip, now=T0)
    assert (switch.name, switch.scope, switch.on, switch.by) == ("pause", "both", True, "breaker:max_drawdown")
    assert switch.reason == "max_drawdown 0.200000 reached 0.200000"


def test_a_daily_pause_ends_by_itself():
    assert breakers.in_force(pause(MIDNIGHT), Nanos(MIDNIGHT - 1))
    assert not breakers.in_force(pause(MIDNIGHT), MIDNIGHT)
    assert not breakers.in_force(pause(on=False), T0)
    assert not breakers.in_force(None, T0)


def test_a_pause_is_only_replaced_by_a_longer_one():
    forever, daily = pause(), pause(MIDNIGHT)
    assert breakers.strengthens(daily, None, now=T0)
    assert breakers.strengthens(forever, daily, now=T0)
    assert not breakers.strengthens(daily, forever, now=T0)
    assert not breakers.strengthens(daily, daily, now=T0)
    assert breakers.strengthens(daily, pause(on=False), now=T0)


def test_resuming_both_desks_resumes_each():
    table = {}
    for scope in ("both", "crypto"):
        breakers.throw(table, Switch(at=T0, name="pause", scope=scope, on=True, by="b", reason="r"))
    breakers.throw(table, pause(on=False, by="anna"))
    assert list(table) == [("pause", "both")]
    assert not table["pause", "both"].on


def names(trips):
    return [trip.name for trip in trips]


def test_each_scope_trips_on_its_own_loss():
    watch = LossWatch()
    assert watch.trips(equity(), today(), limits()) == []
    losing = equity(equity="46", today="-4", realized="-4")
    assert names(watch.trips(losing, today("-4", "-4"), limits())) == ["crypto_max_daily_loss"]
    losing = equity(equity="45", today="-5", realized="-5")
    assert names(watch.trips(losing, today("-5", "-2", "-3"), limits())) == ["max_daily_loss"]


def test_the_day_begins_with_the_bankroll_of_its_morning():
    assert breakers.opening_roll(equity(equity="44", today="-5", realized="-6"), limits()) == Cash.parse("49")


def test_a_person_who_resumes_starts_the_count_anew():
    watch = LossWatch()
    watch.trips(equity(), today(), limits())
    fallen = equity(equity="40", today="-10", realized="-10")
    assert names(watch.trips(fallen, today("-10"), limits())) == ["max_daily_loss", "max_drawdown"]
    watch.resume("both")
    assert watch.trips(fallen, today("-10"), limits()) == []
    assert watch.peak == Cash.parse("40")
    lower = equity(equity="35", today="-15", realized="-15")
    assert names(watch.trips(lower, today("-15"), limits())) == ["max_daily_loss"]


def test_resuming_one_desk_leaves_the_other_and_the_peak():
    watch = LossWatch()
    watch.resume("both")
    watch.trips(equity(), today(), limits())
    fallen = equity(equity="41", today="-9", realized="-9")
    assert len(watch.trips(fallen, today("-9", "-4.5", "-4.5"), limits())) == 3
    watch.resume("crypto")
    left = names(watch.trips(fallen, today("-9", "-4.5", "-4.5"), limits()))
    assert left == ["max_daily_loss", "forecast_max_daily_loss"]
    assert watch.peak == Cash.parse("50")


def test_a_new_day_forgets_where_the_day_before_resumed():
    watch = LossWatch()
    watch.trips(equity(equity="42", today="-8"), today("-8"), limits())
    watch.resume("both")
    tomorrow = equity(later(DAY), equity="37", today="-5", realized="-13")
    assert "max_daily_loss" in names(watch.trips(tomorrow, today("-5"), limits()))


def test_a_switch_of_both_desks_or_of_ones_own_stands_while_it_is_in_force():
    halted = Switch(at=T0, name="halt", scope="crypto", on=True, by="anna", reason="r")
    table = {("pause", "both"): pause(later(60)), ("halt", "crypto"): halted}
    assert breakers.standing(table, "pause", "forecast", T0) == pause(later(60))
    assert breakers.standing(table, "pause", "forecast", later(60)) is None
    assert breakers.standing(table, "halt", "crypto", T0) == halted
    assert breakers.standing(table, "halt", "forecast", T0) is None


def test_a_group_that_the_venue_stopped_pauses_its_desk_until_a_person_resumes():
    switch = breakers.stopped_group("crypto", "order_group_triggered", now=T0)
    assert (switch.name, switch.scope, switch.on, switch.until) == ("pause", "crypto", True, None)
    assert switch.by == "breaker:order_group"


def test_what_is_unreconciled_pauses_both_desks_until_a_person_resumes():
    switch = breakers.unreconciled("cash balance: ours 1, the venue's 2", now=T0)
    assert (switch.name, switch.scope, switch.on, switch.until) == ("pause", "both", True, None)
    assert not breakers.by_person(switch)
    assert breakers.by_person(pause(by="anna"))


def test_a_pause_that_ends_by_itself_gives_way_to_one_that_does_not():
    alone = pause(by=breakers.HEARTBEAT)
    assert breakers.strengthens(pause(later(60)), alone, now=T0)
    assert not breakers.strengthens(pause(later(60)), pause(by="breaker:max_drawdown"), now=T0)


def test_only_a_persons_resume_of_both_desks_is_one_of_each():
    for by, left in (("anna", []), (breakers.HEARTBEAT, [("pause", "crypto")])):
        table = {("pause", "crypto"): pause()}
        breakers.throw(table, pause(on=False, by=by))
        assert [key for key, switch in table.items() if switch.on] == left
