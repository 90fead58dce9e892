"""Who is asking: signed requests checked against the registered public keys. Source: docs.kalshi.com, API keys."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError, SettingsError
from kalshi_desk.venue_double.api_error import ApiError, nested

TOLERANCE_MS = 15_000
_PSS = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=32)


class RegisteredKey(msgspec.Struct, frozen=True):
    """A key of the keys file: where its public half is, and what it may do (``read``, ``write``).

    ``user`` is whose it is ("" the first user's); one locked to a ``subaccount`` sees no other; ``bankroll`` are the
    dollars with which that account opens, where it is not the venue's own.
    """

    public_key_path: Path
    scopes: tuple[str, ...]
    user: str = ""
    subaccount: int | None = None
    bankroll: str | None = None


_keys_file = msgspec.json.Decoder(dict[str, RegisteredKey], dec_hook=lambda kind, value: kind(value))


class KeyRing:
    """The registered keys; the file is read again when an unknown key asks and the file has changed.

    ``revoked`` are the ids of keys that are not taken any more.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._stamp = path, 0
        self._keys: dict[str, tuple[RSAPublicKey | Ed25519PublicKey, RegisteredKey]] = {}
        self.revoked: set[str] = set()
        self._read()

    def check(self, headers: Mapping[str, str], *, method: str, path: str, wall: Nanos) -> RegisteredKey:
        """Return the key that signed; raises ApiError 401. ``path`` is as sent, without the query."""
        key_id, stamp = headers.get("KALSHI-ACCESS-KEY"), headers.get("KALSHI-ACCESS-TIMESTAMP", "")
        signature = headers.get("KALSHI-ACCESS-SIGNATURE")
        if not key_id or not stamp or not signature:
            raise nested(401, "signature_is_missing_from_headers")
        if not stamp.isdecimal() or abs(int(stamp) - wall // 1_000_000) > TOLERANCE_MS:
            raise nested(401, "header_timestamp_expired")
        key, registered = self._find(key_id)
        if not _signed(key, signature, f"{stamp}{method}{path}".encode()):
            raise nested(401, "authentication_error", "INCORRECT_API_KEY_SIGNATURE")
        return registered

    def _find(self, key_id: str) -> tuple[RSAPublicKey | Ed25519PublicKey, RegisteredKey]:
        if key_id not in self._keys:
            self._read()
        if key_id not in self._keys or key_id in self.revoked:
            raise nested(401, "authentication_error", "NOT_FOUND")
        return self._keys[key_id]

    def _read(self) -> None:
        try:
            stamp = self._path.stat().st_mtime_ns
            if stamp != self._stamp:
                keys = _keys_file.decode(self._path.read_bytes())
                self._keys = {key_id: (_public(key), key) for key_id, key in keys.items()}
                self._stamp = stamp
        except (OSError, msgspec.DecodeError) as fault:
            raise SettingsError([f"keys file {self._path}: {fault}"]) from fault


def need(key: RegisteredKey, scope: str) -> None:
    """Refuse a key without the scope; raises ApiError 403."""
    if scope not in key.scopes:
        raise forbidden(f"key lacks the scope {scope}")


def forbidden(why: str) -> ApiError:
    """Return the answer to a key that may not do what it asks for."""
    return ApiError(403, {"error": {"code": "forbidden", "message": why, "details": ""}})


def _public(key: RegisteredKey) -> RSAPublicKey | Ed25519PublicKey:
    try:
        public = load_pem_public_key(key.public_key_path.read_bytes())
    except ValueError as fault:
        raise ParseError(str(key.public_key_path), str(fault)) from fault
    if not isinstance(public, (RSAPublicKey, Ed25519PublicKey)):
        raise ParseError(str(key.public_key_path), "neither RSA nor Ed25519")
    return public


def _signed(key: RSAPublicKey | Ed25519PublicKey, signature: str, text: bytes) -> bool:
    try:
        raw = b64decode(signature, validate=True)
        if isinstance(key, Ed25519PublicKey):
            key.verify(raw, text)
        else:
            key.verify(raw, text, _PSS, SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True
