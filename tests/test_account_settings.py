from decimal import Decimal

import pytest

from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import Settings, load_settings

NAMES = {field.upper() for field in Settings.model_fields} | {"FROM"}
FILE = """
share = "0.6"

[[account]]
name = "second"
subaccount = 3
share = 0.4
initial_bankroll = 200

[account.limits]
crypto_max_risk_per_trade = 0.005
forecast_exits = ["stop"]
"""


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """No setting in the environment, no ``.env`` in the folder."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def load(tmp_path, monkeypatch):
    def write(text=FILE, **given):
        file = tmp_path / "accounts.toml"
        file.write_text(text)
        monkeypatch.setenv("ACCOUNTS", str(file))
        return load_settings(**given)

    return write


def faults(load, *changes, **given):
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(SettingsError) as caught:
        load(text, **given)
    return str(caught.value)


def test_the_file_names_the_accounts_and_their_shares(load):
    settings = load()
    (second,) = settings.accounts.account
    assert settings.accounts.share + second.share == 1
    assert (second.name, second.subaccount, second.share) == ("second", 3, Decimal("0.4"))
    assert settings.further is None


def test_settings_of_a_further_account_have_its_bankroll_and_limits(load, monkeypatch):
    first, second = load(), load(account="second")
    assert second.further.name == "second"
    assert (str(first.bankroll), str(second.bankroll)) == ("50", "200")
    assert second.crypto_max_risk_per_trade == Decimal("0.005")
    assert second.forecast_exits == ("stop",)
    assert second.max_drawdown == first.max_drawdown
    assert load(account="first") == first.model_copy(update={"account": "first"})
    monkeypatch.setenv("ACCOUNT", "second")
    assert load() == second


def test_without_a_file_there_is_one_account():
    settings = load_settings()
    assert (settings.accounts, settings.account, settings.further) == (None, None, None)


def test_shares_must_add_up_to_exactly_one(load):
    assert "add up to 0.999999, not 1" in faults(load, ("0.4", "0.399999"))
    assert "add up to 1.1, not 1" in faults(load, ("0.4", "0.5"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"second"', '"Second"', "NAME"),
        ('"second"', '"reading"', "cannot be called reading"),
        ("subaccount = 3", "subaccount = 64", "SUBACCOUNT"),
        ("initial_bankroll = 200", "initial_bankroll = 0", "INITIAL_BANKROLL"),
        ("initial_bankroll = 200", "colour = 1", "COLOUR"),
        ("share = 0.4", "share = 0.40000001", "SHARE"),
        ("[[account]]", "[[account", "cannot be read"),
        ("crypto_max_risk_per_trade = 0.005", "speed = 2", "no limit is called speed"),
        ("crypto_max_risk_per_trade = 0.005", "max_drawdown = 2", "second: MAX_DRAWDOWN"),
        ("crypto_max_risk_per_trade = 0.005", "max_total_risk_usd = 0.01", "second: MAX_TOTAL_RISK 0.010000 is below"),
    ],
)
def test_every_fault_is_told(load, old, new, told):
    assert told in faults(load, (old, new))


def test_two_faults_are_told_at_once(load):
    found = faults(load, ("subaccount = 3", "subaccount = 64"), ('"second"', '"2nd"'))
    assert "SUBACCOUNT" in found
    assert "NAME" in found


def test_names_and_subaccounts_are_there_once(load):
    again = '\n[[account]]\nname = "{}"\nsubaccount = {}\nshare = 0.1\ninitial_bankroll = 5\n'
    half = ("share = 0.4", "share = 0.3")
    assert "second is there twice" in faults(load, half, ('["stop"]\n', '["stop"]\n' + again.format("second", 4)))
    assert "two accounts have one subaccount" in faults(
        load, half, ('["stop"]\n', '["stop"]\n' + again.format("third", 3))
    )


def test_an_account_that_nobody_named_is_none_of_them(load):
    assert "ACCOUNT third is none of ACCOUNTS" in faults(load, account="third")
    with pytest.raises(SettingsError, match="none of ACCOUNTS"):
        load_settings(_env_file=None, accounts=None, account="second")


def test_real_money_needs_a_key_for_each_account(load):
    real = {"desk_mode": "demo", "kalshi_key_id": "k", "kalshi_private_key_path": "k.pem"}
    assert "outside paper mode second needs its key" in faults(load, **real)
