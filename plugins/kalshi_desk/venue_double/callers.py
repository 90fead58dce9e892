"""Whose accounts a request is about: the key says whose they may be, the request which of them.

Source: docs.kalshi.com, subaccounts. A request that names no subaccount means all in lists of orders, fills
and settlements, and the primary one elsewhere.
"""

from __future__ import annotations

from aiohttp import web

from kalshi_desk.simulation.accounts import Account
from kalshi_desk.venue_double.api_error import nested
from kalshi_desk.venue_double.exchange import Exchange
from kalshi_desk.venue_double.requests import query_int
from kalshi_desk.venue_double.signatures import RegisteredKey, forbidden

KEY, MOST = web.RequestKey("key", RegisteredKey), 63


def asked(request: web.Request) -> int | None:
    """Return the subaccount that the query names; raises ApiError 400."""
    return query_int(request, "subaccount", 0, most=MOST) if "subaccount" in request.query else None


def account_for(request: web.Request, exchange: Exchange, named: object = None) -> Account:
    """Return the one account that a request acts for; raises ApiError 400, 403 and 404."""
    key = request[KEY]
    number = 0 if named is None else named
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MOST:
        raise nested(400, "invalid_parameters", "subaccount")
    if key.subaccount not in (None, number):
        raise forbidden(f"key is locked to subaccount {key.subaccount}")
    return exchange.account_of(key.user, number)


def accounts_for(request: web.Request, exchange: Exchange) -> set[str]:
    """Return the names of the accounts that a list is about; raises ApiError 400, 403 and 404."""
    number = asked(request)
    if number is not None:
        return {account_for(request, exchange, number).name}
    return {account.name for account in exchange.accounts.values() if sees(request[KEY], account)}


def sees(key: RegisteredKey, account: Account) -> bool:
    """Return whether a key may see an account."""
    return key.user == account.user and key.subaccount in (None, account.subaccount)
