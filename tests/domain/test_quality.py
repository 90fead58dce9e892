from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.quality import STATUSES, SUITES


def test_the_suites_are_those_that_others_may_name():
    assert list(SUITES) == ["markets", "snapshots", "articles", "estimates", "fills", "spot_trades"]


def test_every_suite_has_critical_expectations_and_no_text_twice():
    for suite, expectations in SUITES.items():
        texts = [each.text for each in expectations]
        assert len(set(texts)) == len(texts), suite
        assert any(each.critical for each in expectations), suite
        assert any(not each.critical for each in expectations), suite


def test_the_statuses_are_the_venues():
    assert set(STATUSES) == {status.value for status in MarketStatus}
