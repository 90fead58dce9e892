"""Signatures of Kalshi's API: RSA-PSS (SHA-256, salt 32) and Ed25519. Source: docs.kalshi.com, API keys."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kalshi_desk.errors import SettingsError

_PSS = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=32)


class Signer:
    """Signs requests with one key; its text form shows the key id's start and never the key."""

    def __init__(self, key_id: str, pem: bytes) -> None:
        self.key_id = key_id
        self._key = _load(pem)

    def __repr__(self) -> str:
        return f"Signer({self.key_id[:8]}…)"

    def sign(self, timestamp_ms: int, method: str, path: str) -> str:
        """Return the signature, base64; ``path`` from the host's root, without the query."""
        text = f"{timestamp_ms}{method.upper()}{path.partition('?')[0]}".encode()
        if isinstance(self._key, Ed25519PrivateKey):
            return b64encode(self._key.sign(text)).decode()
        return b64encode(self._key.sign(text, _PSS, SHA256())).decode()

    def headers(self, timestamp_ms: int, method: str, path: str) -> dict[str, str]:
        """Return the three headers of a signed request; each attempt needs its own."""
        return {
            "KALSHI-ACCESS-KEY": self.key_id,
            "KALSHI-ACCESS-TIMESTAMP": str(timestamp_ms),
            "KALSHI-ACCESS-SIGNATURE": self.sign(timestamp_ms, method, path),
        }


def signer_from_file(key_id: str, path: Path) -> Signer:
    """Read a private key file; raises SettingsError if it cannot be read or is no RSA or Ed25519 key."""
    try:
        pem = path.read_bytes()
    except OSError as fault:
        raise SettingsError([f"private key {path}: {fault.strerror}"]) from None
    return Signer(key_id, pem)


def _load(pem: bytes) -> RSAPrivateKey | Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsError(["private key: not an unencrypted PEM private key"]) from None
    if not isinstance(key, (RSAPrivateKey, Ed25519PrivateKey)):
        raise SettingsError(["private key: neither RSA nor Ed25519"])
    return key
