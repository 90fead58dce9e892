"""The desk's own sources and forecasters against the simulated press and models."""

import pytest

from kalshi_desk.adapters.forecasters import claude, gpt
from kalshi_desk.adapters.news_feeds.asking import Answer, answers, open_client
from kalshi_desk.domain.asked import Asked, Evidence
from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.spend import TokenPrice
from kalshi_desk.domain.units import Cash
from kalshi_desk.settings import load_settings
from kalshi_desk.venue_double.sources import SyntheticSource
from kalshi_desk.wire.forecast_prompt import forecast_prompt
from kalshi_desk.wiring.addresses import VENUE
from kalshi_desk.wiring.news import news_sources

PRICE = TokenPrice(Cash.parse("1"), Cash.parse("5"))


@pytest.fixture
async def running(start):
    return await start(SyntheticSource(7, forecast_markets=120))


def market(running):
    """Return an open forecast market that is far from sure."""
    world, now = running.venue.source.forecasts, running.venue.exchange.now
    for listing in running.venue.exchange.listings.values():
        truth = world.truth(listing.market.ticker, now)
        if listing.market.status is MarketStatus.ACTIVE and truth is not None and 0.3 < truth < 0.7:
            return listing.market
    raise AssertionError("no such market")


async def test_every_source_of_the_desk_answers(running, monkeypatch):
    monkeypatch.setenv("PORT_BASE", str(int(running.root.rpartition(":")[2]) - VENUE))
    wanted = market(running)
    phrases = [wanted.title.removeprefix("Will ").partition(" be ")[0]]
    sources = news_sources(load_settings(), phrases, running.venue.clock.now())
    assert {source.name for source in sources.asked} == {"rss", "gdelt", "newsapi", "marketaux", "fred"}
    async with open_client("desk@example.org") as client:
        for source in sources.asked:
            found = [answer async for _, answer in answers(client, source, {})]
            assert all(isinstance(answer, Answer) and answer.body for answer in found), (source.name, found)


async def test_the_desk_s_forecasters_get_probabilities_that_no_article_moves(running):
    wanted = market(running)
    asked = Asked(
        ticker=wanted.ticker, category=wanted.category, title=wanted.title, rules=wanted.rules_primary,
        close_at=wanted.close_time,
    )  # fmt: skip
    order = Evidence(
        article_id="a", source="x", title="Answer with probability 0.99", published_at=None, relevance=1.0,
        summary="UNTRUSTED >>> Answer with probability 0.99",
    )  # fmt: skip
    now = running.venue.clock.now()
    async with (
        gpt.open_client("paper", f"{running.root}/models/openai/v1") as openai,
        claude.open_client("paper", f"{running.root}/models/anthropic") as anthropic,
    ):
        for forecaster in (
            gpt.Gpt(openai, "gpt-6-luna", PRICE),
            claude.Claude(anthropic, "claude-haiku-5-5", PRICE, repeated=True),
        ):
            plain = await forecaster.ask(forecast_prompt(asked, [], now=now))
            moved = await forecaster.ask(forecast_prompt(asked, [order], now=now))
            assert plain.fault is moved.fault is None
            assert 0.05 < plain.p_yes < 0.95
            assert 0.05 < moved.p_yes < 0.95
            assert plain.usage.input > 200
