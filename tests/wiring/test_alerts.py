from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.alerts import webhook

LIVE = {"desk_mode": "demo", "kalshi_key_id": "k", "kalshi_private_key_path": "k.pem"}
URL = "https://discord.test/api/webhooks/1/secret"


async def posts_to(**settings):
    sink = webhook(load_settings(_env_file=None, **settings))
    if sink is None:
        return None
    await sink.close()
    return sink._url


async def test_paper_alerts_go_to_the_simulated_venue_unless_told_otherwise():
    assert await posts_to(port_base=9000) == "http://127.0.0.1:9002/webhook"
    assert await posts_to(alert_webhook=URL) == URL


async def test_real_modes_need_an_address():
    assert await posts_to(**LIVE) is None
    assert await posts_to(**LIVE, alert_webhook=URL) == URL


def test_the_address_is_no_text():
    assert "secret" not in repr(load_settings(_env_file=None, alert_webhook=URL))
