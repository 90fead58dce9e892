"""A desk of two accounts for tests."""

from kalshi_desk.account_settings import Accounts

DESK, SECOND = "sim:synthetic:7", "sim:synthetic:7/second"
TWO = Accounts.model_validate(
    {
        "share": "0.6",
        "account": [{"name": "second", "subaccount": 2, "share": "0.4", "initial_bankroll": 200}],
    }
)
