"""The paper desk's two keys, made once, and the list by which the simulated venue knows them."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from kalshi_desk.embedded.place import Place, private_file
from kalshi_desk.wiring.addresses import Key, reading_key, trading_key

BITS = 2048


def prepare(place: Place) -> None:
    """Make the keys that are missing and register both with the simulated venue."""
    settings = place.settings.model_copy(update={"desk_home": place.home})
    keys = {trading_key(settings): ["read", "write"], reading_key(settings): ["read"]}
    listed = {key.key_id: {"public_key_path": str(_public(key)), "scopes": scopes} for key, scopes in keys.items()}
    (place.home / "venue-keys.json").write_text(json.dumps(listed, indent=2) + "\n")


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
