from kalshi_desk.domain.news import Topic
from kalshi_desk.steps.search_news import names, phrases

TOPICS = [
    Topic("A", "Federal funds rate. Will the Federal Reserve cut rates in December 2026?"),
    Topic("B", "Will the Federal Reserve hold in March?"),
    Topic("C", "Will SpaceX launch Starship from Texas?"),
    Topic("D", "How high will U.S. Steel be?"),
]


def test_names_of_a_title():
    assert names(TOPICS[0].text) == ["Federal", "Federal Reserve"]
    assert names(TOPICS[2].text) == ["SpaceX", "Starship", "Texas"]
    assert names(TOPICS[3].text) == ["U.S. Steel"]


def test_the_frequent_ones_come_first_and_all_have_their_turn():
    assert phrases(TOPICS, turn=0, most=2) == ["Federal Reserve", "Federal"]
    everything = [phrase for turn in range(3) for phrase in phrases(TOPICS, turn=turn, most=2)]
    assert sorted(everything) == ["Federal", "Federal Reserve", "SpaceX", "Starship", "Texas", "U.S. Steel"]
    assert phrases(TOPICS, turn=3, most=2) == phrases(TOPICS, turn=0, most=2)


def test_without_topics_there_is_nothing_to_search():
    assert phrases([], turn=5, most=2) == []
