from kalshi_desk.domain.units import Nanos
from kalshi_desk.simulation.forecast_listing import series_about
from tests.simulation.forecasts import BEGIN, DAY, later, world


def test_volume_grows_and_ends_with_the_event():
    made = world(200)
    grown = 0
    for ticker in [one.ticker for one in made.standing(BEGIN) if one.market.result == ""]:
        event = made.known(ticker).event
        now, then, end = (made.about(ticker, at) for at in (BEGIN, later(DAY / 2), Nanos(event.ends + 2 * DAY)))
        assert now.volume <= then.volume <= end.volume
        assert 0 <= now.volume_24h <= now.volume
        assert now.open_interest <= now.volume
        assert (now.settled_at, end.settled_at) == (None, event.settles)
        assert (end.volume_24h, end.quote.bid, end.quote.ask) == (0, None, None)
        grown += then.volume > now.volume
    assert grown > 150


def test_a_series_is_told_and_one_of_another_world_is_not():
    about = series_about("KXCPIJAPAN")
    assert (about.category, about.fee.fee_type) == ("Economics", "quadratic_with_maker_fees")
    assert series_about("KXBTC15M") is None
