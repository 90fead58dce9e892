import json

import pytest
from cryptography.hazmat.primitives import serialization

from kalshi_desk.embedded import keys
from kalshi_desk.embedded.place import Place
from kalshi_desk.errors import SettingsError
from tests.accounts import TWO


def test_two_keys_are_made_once_and_registered(place):
    keys.prepare(place)
    first = (place.home / "trading-key.pem").read_bytes()
    keys.prepare(place)
    assert (place.home / "trading-key.pem").read_bytes() == first
    assert (place.home / "trading-key.pem").stat().st_mode & 0o777 == 0o600
    listed = json.loads((place.home / "venue-keys.json").read_text())
    assert {name: entry["scopes"] for name, entry in listed.items()} == {
        "paper-trading": ["read", "write"],
        "paper-reading": ["read"],
    }


def test_the_public_half_belongs_to_the_private_one(place):
    keys.prepare(place)
    private = serialization.load_pem_private_key((place.home / "trading-key.pem").read_bytes(), None)
    public = serialization.load_pem_public_key((place.home / "trading-key.public.pem").read_bytes())
    assert private.public_key() == public


OWN = {"desk_mode": "demo", "kalshi_key_id": "k"}


def test_the_owners_key_is_never_written(place, tmp_path):
    keys.prepare(place)
    pem = tmp_path / "own.pem"
    pem.write_bytes((place.home / "trading-key.pem").read_bytes())
    before = pem.read_bytes()
    keys.prepare(Place(place.settings.model_copy(update=OWN | {"kalshi_private_key_path": pem})))
    assert pem.read_bytes() == before
    assert list(tmp_path.glob("own*")) == [pem]


def test_a_key_that_is_not_there_is_told_and_not_made(place, tmp_path):
    own = place.settings.model_copy(update=OWN | {"kalshi_private_key_path": tmp_path / "mistyped.pem"})
    with pytest.raises(SettingsError, match=r"mistyped\.pem: No such file"):
        keys.prepare(Place(own))
    assert not (tmp_path / "mistyped.pem").exists()


def test_a_further_account_has_a_key_locked_to_it(place):
    keys.prepare(Place(place.settings.model_copy(update={"accounts": TWO})))
    second = json.loads((place.home / "venue-keys.json").read_text())["paper-second"]
    assert (second["user"], second["subaccount"], second["bankroll"]) == ("", 2, "200")
    assert second["scopes"] == ["read", "write"]
    assert (place.home / "second-key.pem").stat().st_mode & 0o777 == 0o600
