import json
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError, SettingsError
from kalshi_desk.venue_double.api_error import ApiError
from kalshi_desk.venue_double.signatures import KeyRing, need

WALL = Nanos.parse("2026-11-21T14:00:00Z")
MS = WALL // 1_000_000
PATH = "/trade-api/v2/portfolio/balance"


def refused(ring, headers, **more):
    with pytest.raises(ApiError) as caught:
        ring.check(headers, **({"method": "GET", "path": PATH, "wall": WALL} | more))
    return caught.value.body["error"]


def test_a_good_signature_tells_the_scopes(keys_file, trader, reader):
    ring = KeyRing(keys_file)
    key = ring.check(trader.headers(MS, "GET", PATH), method="GET", path=PATH, wall=WALL)
    assert key.scopes == ("read", "write")
    need(key, "write")
    with pytest.raises(ApiError):
        need(ring.check(reader.headers(MS, "GET", PATH), method="GET", path=PATH, wall=WALL), "write")


@pytest.mark.parametrize(("skew_s", "fine"), [(-15, True), (15, True), (-16, False), (16, False)])
def test_the_clock_may_be_off_by_15_seconds(keys_file, trader, skew_s, fine):
    ring, headers = KeyRing(keys_file), trader.headers(MS + skew_s * 1_000, "GET", PATH)
    if fine:
        assert ring.check(headers, method="GET", path=PATH, wall=WALL)
    else:
        assert refused(ring, headers)["code"] == "header_timestamp_expired"


def test_what_is_not_signed_as_asked_is_refused(keys_file, trader, private_pem):
    ring, good = KeyRing(keys_file), trader.headers(MS, "GET", PATH)
    assert refused(ring, {})["code"] == "signature_is_missing_from_headers"
    assert refused(ring, good, method="POST")["details"] == "INCORRECT_API_KEY_SIGNATURE"
    assert refused(ring, good, path=PATH + "s")["details"] == "INCORRECT_API_KEY_SIGNATURE"
    assert refused(ring, good | {"KALSHI-ACCESS-KEY": "nobody"})["details"] == "NOT_FOUND"
    assert refused(ring, good | {"KALSHI-ACCESS-SIGNATURE": "###"})["details"] == "INCORRECT_API_KEY_SIGNATURE"
    key = load_pem_private_key(private_pem, None)
    longest = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.MAX_LENGTH)
    wrong = b64encode(key.sign(f"{MS}GET{PATH}".encode(), longest, hashes.SHA256())).decode()
    assert refused(ring, good | {"KALSHI-ACCESS-SIGNATURE": wrong})["details"] == "INCORRECT_API_KEY_SIGNATURE"


def test_keys_added_later_are_found_and_may_be_ed25519(keys_file):
    ring, key = KeyRing(keys_file), ed25519.Ed25519PrivateKey.generate()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = keys_file.with_name("ed.pem")
    public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, form))
    listed = json.loads(keys_file.read_text()) | {"ed": {"public_key_path": str(public), "scopes": ["read"]}}
    keys_file.write_text(json.dumps(listed))
    headers = {
        "KALSHI-ACCESS-KEY": "ed", "KALSHI-ACCESS-TIMESTAMP": str(MS),
        "KALSHI-ACCESS-SIGNATURE": b64encode(key.sign(f"{MS}GET{PATH}".encode())).decode(),
    }  # fmt: skip
    assert ring.check(headers, method="GET", path=PATH, wall=WALL).scopes == ("read",)


def test_files_that_cannot_be_used_are_named(tmp_path):
    with pytest.raises(SettingsError, match="keys file"):
        KeyRing(tmp_path / "none.json")
    (tmp_path / "bad.pem").write_text("nothing")
    (tmp_path / "keys.json").write_text(json.dumps({"a": {"public_key_path": str(tmp_path / "bad.pem"), "scopes": []}}))
    with pytest.raises(ParseError, match=r"bad\.pem"):
        KeyRing(tmp_path / "keys.json")
