"""The paper desk's keys, made once, and the list by which the simulated venue knows them.

In demo and live the keys are the owner's: they are read to see that they are there, and never written.
"""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from kalshi_desk.account_settings import FurtherAccount
from kalshi_desk.adapters.kalshi.auth import signer_from_file
from kalshi_desk.embedded.place import Place, private_file
from kalshi_desk.settings import Settings
from kalshi_desk.wiring.addresses import Key, reading_key, trading_key

BITS = 2048


def prepare(place: Place) -> None:
    """Make the paper keys that are missing and register all with the simulated venue.

    Raises SettingsError where a key of demo or live is missing or is none.
    """
    settings = place.settings.model_copy(update={"desk_home": place.home})
    if settings.desk_mode == "paper":
        _register(place, settings)
    else:
        for key in _all_keys(settings):
            signer_from_file(key.key_id, key.pem)


def _all_keys(settings: Settings) -> list[Key]:
    theirs = [trading_key(settings.model_copy(update={"account": name})) for name in settings.further_names]
    return [trading_key(settings), reading_key(settings), *theirs]


def _register(place: Place, settings: Settings) -> None:
    keys = {trading_key(settings): ["read", "write"], reading_key(settings): ["read"]}
    listed: dict[str, dict[str, object]] = {
        key.key_id: {"public_key_path": str(_public(key)), "scopes": scopes} for key, scopes in keys.items()
    }
    for further in settings.further_accounts:
        key = trading_key(settings.model_copy(update={"account": further.name}))
        listed[key.key_id] = _registered(key, further)
    (place.home / "venue-keys.json").write_text(json.dumps(listed, indent=2) + "\n")


def _registered(key: Key, account: FurtherAccount) -> dict[str, object]:
    """Return how the venue knows a further account's key: a subaccount is the first user's, others have a user each."""
    own = {"public_key_path": str(_public(key)), "scopes": ["read", "write"], "bankroll": str(account.initial_bankroll)}
    return own | {"user": "" if account.subaccount else account.name, "subaccount": account.subaccount}


def _public(key: Key) -> Path:
    public = key.pem.with_name(key.pem.stem + ".public.pem")
    if not key.pem.exists() or not public.exists():
        _make(key.pem, public)
    return public


def _make(private: Path, public: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    private_file(private, text.decode())
    subject = serialization.PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, subject))
