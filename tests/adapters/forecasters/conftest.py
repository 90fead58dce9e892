import pytest

from kalshi_desk.adapters.forecasters import claude, gpt
from kalshi_desk.domain.spend import TokenPrice
from kalshi_desk.domain.units import Cash
from tests.models import running


@pytest.fixture
async def model():
    async with running() as served:
        yield served


@pytest.fixture
async def luna(model):
    """GPT at $0.25 and $2 per million tokens, behind the naive model."""
    async with gpt.open_client("paper", f"{model.url}/models/openai/v1") as client:
        yield gpt.Gpt(client, "gpt-6-luna", TokenPrice(Cash(250_000), Cash(2_000_000)))


@pytest.fixture
async def haiku(model):
    """Claude at $1 and $5 per million tokens, behind the naive model."""
    async with claude.open_client("paper", f"{model.url}/models/anthropic") as client:
        yield claude.Claude(client, "claude-haiku-5-5", TokenPrice(Cash(1_000_000), Cash(5_000_000)), repeated=True)
