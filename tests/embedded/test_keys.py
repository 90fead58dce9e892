import json

from cryptography.hazmat.primitives import serialization

from kalshi_desk.embedded import keys


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
