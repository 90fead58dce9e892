import pytest

from kalshi_desk.domain.spend import Budget, TokenPrice
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.forecasters import base_url, budget, open_panel, present_vendors, token_price, vendor_of

DEMO = {"desk_mode": "demo", "kalshi_key_id": "k", "kalshi_private_key_path": "key.pem"}


def settings(**changes):
    return load_settings(_env_file=None, **changes)


async def test_paper_asks_the_simulated_venue():
    paper = settings(port_base=9000)
    assert base_url(paper, "gpt") == "http://127.0.0.1:9002/models/openai/v1"
    assert base_url(paper, "claude") == "http://127.0.0.1:9002/models/anthropic"
    async with open_panel(paper) as panel:
        assert [(each.vendor, each.model) for each in panel.full] == [
            ("gpt", "gpt-6-luna"),
            ("claude", "claude-haiku-5-5"),
        ]
        assert {str(each._client.base_url).rstrip("/") for each in panel.full} == {
            base_url(paper, "gpt"),
            base_url(paper, "claude"),
        }


async def test_the_first_look_falls_to_the_other_vendor_where_its_own_does_not_answer():
    async with open_panel(settings()) as panel:
        assert [each.model for each in panel.screen] == ["gpt-5.4-mini", "claude-haiku-5-5"]
    async with open_panel(settings(screen_model="claude-haiku-5-5")) as panel:
        assert [each.model for each in panel.screen] == ["claude-haiku-5-5", "gpt-6-luna"]


async def test_elsewhere_a_vendor_without_key_is_left_out():
    assert present_vendors(settings(**DEMO)) == ()
    one = settings(**DEMO, anthropic_api_key="secret")
    assert present_vendors(one) == ("claude",)
    assert base_url(one, "claude") is None
    async with open_panel(one) as panel:
        assert [each.model for each in panel.full] == ["claude-haiku-5-5"]
        assert [each.model for each in panel.screen] == ["claude-haiku-5-5"]


async def test_only_what_is_asked_again_is_marked_for_the_cache():
    async with open_panel(settings(llm_samples=2)) as panel:
        assert panel.full[1]._repeated is True
        assert panel.screen[1]._repeated is True
    async with open_panel(settings(llm_samples=1)) as panel:
        assert panel.full[1]._repeated is False


def test_a_model_belongs_to_the_vendor_whose_name_it_bears():
    assert [vendor_of(name) for name in ("gpt-5.4-mini", "claude-opus-5")] == ["gpt", "claude"]
    with pytest.raises(SettingsError, match="unknown vendor of model llama"):
        vendor_of("llama")


def test_prices_and_budgets_are_exact():
    assert token_price(settings(), "gpt-6-luna") == TokenPrice(Cash(250_000), Cash(2_000_000))
    assert budget(settings()) == Budget(Cash.parse("1.00"), Cash.parse("0.20"))
    with pytest.raises(SettingsError, match="LLM_PRICES has no price of gpt-9"):
        token_price(settings(), "gpt-9")
