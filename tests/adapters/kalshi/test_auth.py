from base64 import b64decode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import PrivateFormat

from kalshi_desk.adapters.kalshi.auth import Signer, signer_from_file
from kalshi_desk.errors import SettingsError
from tests.adapters.kalshi import keys

PSS = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=32)
TEXT = b"1795230000123GET/trade-api/v2/portfolio/orders"
SIGNED = (1795230000123, "get", "/trade-api/v2/portfolio/orders?limit=5&status=resting")


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_rsa_signs_timestamp_method_and_path_without_query(form):
    signature = b64decode(Signer("k", keys.pem(keys.rsa(), form)).sign(*SIGNED))
    keys.rsa().public_key().verify(signature, TEXT, PSS, SHA256())
    with pytest.raises(InvalidSignature):
        keys.rsa().public_key().verify(signature, TEXT + b"?limit=5", PSS, SHA256())


def test_ed25519():
    signature = b64decode(Signer("k", keys.pem(keys.ed25519())).sign(*SIGNED))
    keys.ed25519().public_key().verify(signature, TEXT)


def test_headers():
    headers = Signer("key-id", keys.pem(keys.ed25519())).headers(5, "POST", "/x")
    assert headers["KALSHI-ACCESS-KEY"] == "key-id"
    assert headers["KALSHI-ACCESS-TIMESTAMP"] == "5"
    keys.ed25519().public_key().verify(b64decode(headers["KALSHI-ACCESS-SIGNATURE"]), b"5POST/x")


def test_the_text_form_hides_the_key():
    text = repr(Signer("0123456789abcdef", keys.pem(keys.ed25519())))
    assert text == "Signer(01234567…)"


@pytest.mark.parametrize("pem", [b"", b"junk", keys.pem(ec.generate_private_key(ec.SECP256R1()))])
def test_other_keys_are_refused_without_being_shown(pem):
    with pytest.raises(SettingsError, match="private key"):
        Signer("k", pem)


def test_from_file(tmp_path):
    path = tmp_path / "key.pem"
    with pytest.raises(SettingsError, match=r"key\.pem"):
        signer_from_file("k", path)
    path.write_bytes(keys.pem(keys.ed25519()))
    assert signer_from_file("k", path).key_id == "k"
