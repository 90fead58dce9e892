"""The models of the settings: their vendors' addresses and keys in each mode.

Paper asks the simulated venue. Elsewhere a vendor without its key is left out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from pydantic import SecretStr

from kalshi_desk.adapters.forecasters.forecaster import Forecaster
from kalshi_desk.domain.spend import Budget, TokenPrice
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses

PAPER = {"gpt": "/models/openai/v1", "claude": "/models/anthropic"}
VENDORS = tuple(PAPER)


@dataclass(frozen=True)
class Panel:
    """Whom to ask: all of ``full`` for an estimate; of ``screen`` the first that answers, for the first look."""

    full: tuple[Forecaster, ...]
    screen: tuple[Forecaster, ...]


@asynccontextmanager
async def open_panel(settings: Settings) -> AsyncIterator[Panel]:
    """Open the clients of all vendors that have a key; raises SettingsError for a model without price or vendor."""
    screener = vendor_of(settings.screen_model)
    async with AsyncExitStack() as stack:
        full = {vendor: await _open(stack, settings, vendor) for vendor in present_vendors(settings)}
        first = [await _open(stack, settings, screener, settings.screen_model)] if screener in full else []
        others = [forecaster for vendor, forecaster in full.items() if vendor != screener]
        yield Panel(tuple(full.values()), (*first, *others))


def present_vendors(settings: Settings) -> tuple[str, ...]:
    """Return the vendors that can be asked."""
    return tuple(vendor for vendor in VENDORS if _key(settings, vendor) is not None)


def vendor_of(model: str) -> str:
    """Return the vendor whose name a model bears; raises SettingsError."""
    for vendor in VENDORS:
        if model.startswith(vendor):
            return vendor
    raise SettingsError([f"unknown vendor of model {model}: a name begins with {' or '.join(VENDORS)}"])


def budget(settings: Settings) -> Budget:
    """Return what models may cost in a day."""
    return Budget(_cash(settings.llm_daily_budget), _cash(settings.llm_market_budget))


def token_price(settings: Settings, model: str) -> TokenPrice:
    """Return a model's price; raises SettingsError where LLM_PRICES has none."""
    if model not in settings.llm_prices:
        raise SettingsError([f"LLM_PRICES has no price of {model}"])
    return TokenPrice(*(_cash(dollars) for dollars in settings.llm_prices[model]))


def base_url(settings: Settings, vendor: str) -> str | None:
    """Return a vendor's address; None is its own."""
    if settings.desk_mode != "paper":
        return None
    return f"http://{settings.venue_host}:{addresses.port(settings, addresses.VENUE)}{PAPER[vendor]}"


async def _open(stack: AsyncExitStack, settings: Settings, vendor: str, model: str | None = None) -> Forecaster:
    key, url = _key(settings, vendor) or "", base_url(settings, vendor)
    if vendor == "gpt":
        from kalshi_desk.adapters.forecasters import gpt  # slow to import

        name = model or settings.gpt_model
        return gpt.Gpt(await stack.enter_async_context(gpt.open_client(key, url)), name, token_price(settings, name))
    from kalshi_desk.adapters.forecasters import claude

    name, repeated = model or settings.claude_model, model is None and settings.llm_samples > 1
    client = await stack.enter_async_context(claude.open_client(key, url))
    return claude.Claude(client, name, token_price(settings, name), repeated=repeated)


def _key(settings: Settings, vendor: str) -> str | None:
    if settings.desk_mode == "paper":
        return "paper"
    secret: SecretStr | None = {"gpt": settings.openai_api_key, "claude": settings.anthropic_api_key}[vendor]
    return None if secret is None else secret.get_secret_value() or None


def _cash(dollars: Decimal) -> Cash:
    return Cash.parse(f"{dollars:f}")
