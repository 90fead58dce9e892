import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring import venue
from kalshi_desk.wiring.addresses import reading_key, trading_key


@pytest.fixture
def settings(tmp_path):
    found = load_settings(_env_file=None, desk_home=tmp_path, port_base=9000, spot_venues="coinbase,gemini")
    secret = ed25519.Ed25519PrivateKey.generate()
    pem = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for key in (reading_key(found), trading_key(found)):
        key.pem.write_bytes(pem)
    return found


def test_every_exchange_has_its_sockets(settings) -> None:
    sockets = venue.spot_sockets(settings)
    assert [socket.venue for socket in sockets] == ["coinbase", "gemini", "gemini"]
    assert all(socket.url.startswith("ws://127.0.0.1:9002/feeds/") for socket in sockets)
    assert venue.spot_loop(sockets[0], lambda: 0).quiet_s is None


async def test_reading_and_trading_have_their_own_keys(settings) -> None:
    async with venue.reader(settings) as reads, venue.trader(settings) as rest:
        assert hasattr(reads, "markets")
        assert hasattr(rest.writes, "create")
    loop = venue.venue_socket(settings, reading_key(settings), greeting=list, now=lambda: 0)
    assert loop.quiet_s is None


async def test_the_reads_of_a_desk_with_one_account_name_the_primary_one(settings) -> None:
    async with venue.reader(settings) as reads, venue.trader(settings) as rest:
        assert [each._own for each in (reads, rest.reads, rest.writes)] == [{"subaccount": 0}] * 2 + [{}]


async def test_a_missing_key_is_told(settings) -> None:
    reading_key(settings).pem.unlink()
    with pytest.raises(SettingsError, match="private key"):
        async with venue.reader(settings):
            pass
