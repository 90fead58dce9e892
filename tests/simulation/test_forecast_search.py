from kalshi_desk.domain.units import Nanos
from kalshi_desk.simulation.forecast_news import Newsroom
from kalshi_desk.simulation.forecast_search import carried, matching, phrases_of, slug, words_of
from tests.simulation.forecasts import BEGIN, DAY, world


def articles():
    return Newsroom(world(300)).between(Nanos(BEGIN - DAY), BEGIN)


def test_a_query_is_any_of_its_phrases_without_operators():
    query = '("unemployment rate" OR inflation) -sport sourcelang:english'
    assert phrases_of(query) == [words_of("unemployment rate"), words_of("inflation")]
    assert phrases_of("the of") == []


def test_what_is_found_holds_most_words_of_a_phrase():
    known = articles()
    wanted = next(one for one in known if "recipes" not in one.title)
    found = list(matching(known, f'"{wanted.title}"'))
    assert wanted in found
    assert len(found) < len(known) / 3
    assert list(matching(known, "qqqq")) == []


def test_a_feed_carries_its_category_or_a_part_of_all():
    known = articles()
    assert {one.category for one in carried(known, "world", "World")} == {"World"}
    first, second = ({one.guid for one in carried(known, name, None)} for name in ("bls.gov", "coindesk.com"))
    assert 0.4 * len(known) < len(first) < 0.8 * len(known)
    assert first & second
    assert first != second


def test_a_category_as_the_name_of_a_feed():
    assert slug("Climate and Weather") == "climate-and-weather"
