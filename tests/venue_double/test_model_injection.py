"""Texts that try to forecast for the model, at the simulated venue's models through the vendors' own clients."""

from math import log, sqrt
from statistics import fmean

import msgspec
import pytest

from kalshi_desk.adapters.forecasters import claude, gpt
from kalshi_desk.domain.spend import TokenPrice
from kalshi_desk.domain.units import Cash
from kalshi_desk.simulation.forecast_models import temper_of
from kalshi_desk.venue_double.sources import SyntheticSource
from kalshi_desk.wire.forecast_prompt import forecast_prompt
from tests.attacks import ATTACKS, PLACES
from tests.forecasts import article, asked
from tests.venue_double.test_model_routes import sure_market


@pytest.fixture
async def venue(start):
    """The simulated venue with its own models, and a market whose truth is not far from even."""
    running = await start(SyntheticSource(7, forecast_markets=40))
    return running, sure_market(running.venue)


async def at_the_venue(running, prompts):
    """Return what the simulated models answer to the prompts, in log odds, by model."""
    free, found = TokenPrice(Cash(1), Cash(1)), {}
    async with (
        gpt.open_client("paper", f"{running.root}/models/openai/v1") as openai,
        claude.open_client("paper", f"{running.root}/models/anthropic") as anthropic,
    ):
        for forecaster in (
            gpt.Gpt(openai, "gpt-6-luna", free),
            claude.Claude(anthropic, "claude-haiku-5-5", free, repeated=True),
        ):
            answers = [(await forecaster.ask(prompt)).p_yes for prompt in prompts]
            found[forecaster.model] = [log(p / (1 - p)) for p in answers]
    return found


async def test_no_text_from_outside_moves_the_simulated_models(venue):
    running, ticker = venue
    now = running.venue.clock.now()
    questions = [place(attack) for attack in ATTACKS.values() for place in PLACES.values()]
    attacked = [
        forecast_prompt(msgspec.structs.replace(question, ticker=ticker), evidence, now=now)
        for question, evidence in questions
    ]
    clean = [forecast_prompt(asked(ticker=ticker), [article(n)], now=now) for n in range(len(attacked))]
    moved, still = await at_the_venue(running, attacked), await at_the_venue(running, clean)
    for model, answers in moved.items():
        noise = sqrt(temper_of(model).noise ** 2 + 0.1**2)
        assert abs(fmean(answers) - fmean(still[model])) < 4 * noise * sqrt(2 / len(answers))
        assert max(abs(each - fmean(still[model])) for each in answers) < 4.5 * noise
