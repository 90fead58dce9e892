import pytest
from msgspec import UNSET

from kalshi_desk.domain.limits import Share
from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring import addresses
from tests.accounts import DESK, SECOND, TWO


def settings(**given):
    return load_settings(_env_file=None, **given)


def demo(tmp_path, **given):
    keys = {"kalshi_key_id": "abcdef0123456789", "kalshi_private_key_path": tmp_path / "k.pem"}
    return settings(desk_mode="demo", **keys, **given)


def test_paper_lives_on_this_machine(tmp_path) -> None:
    paper = settings(port_base=9000)
    assert addresses.broker(paper).bootstrap == "127.0.0.1:9004"
    assert addresses.database_url(paper).endswith("@127.0.0.1:9003/desk")
    assert addresses.venue_rest(paper) == "http://127.0.0.1:9002/trade-api/v2"
    assert addresses.venue_socket(paper) == "ws://127.0.0.1:9002/trade-api/ws/v2"
    assert addresses.spot_url(paper, "kraken") == "ws://127.0.0.1:9002/feeds/kraken"
    assert addresses.metrics_port(paper, "recorder") == 9015


def test_named_services_win() -> None:
    given = settings(
        database_url="postgresql://u:p@db/x", kafka_bootstrap="k:9092", kafka_security_protocol="SASL_SSL",
        kafka_username="u", kafka_password="secret", kafka_replication_factor=3,
    )  # fmt: skip
    assert addresses.database_url(given) == "postgresql://u:p@db/x"
    broker = addresses.broker(given)
    assert (broker.bootstrap, broker.replication, broker.password) == ("k:9092", 3, "secret")


def test_the_demo_venue_is_kalshis(tmp_path) -> None:
    given = demo(tmp_path)
    assert addresses.venue_rest(given) == "https://external-api.demo.kalshi.co/trade-api/v2"
    assert addresses.venue_socket(given).startswith("wss://external-api-ws.demo.kalshi.co/")
    assert addresses.spot_url(given, "coinbase").startswith("wss://")


def test_accounts_never_mix(tmp_path) -> None:
    folder = tmp_path / "kalshi_may"
    folder.mkdir()
    assert addresses.account(settings(seed=9)) == "sim:synthetic:9"
    assert addresses.account(settings(recording=folder)) == "sim:recording:kalshi_may"
    assert addresses.account(demo(tmp_path)) == "kalshi:demo:abcdef01"


def test_keys_of_paper_are_made_at_home_and_others_given(tmp_path) -> None:
    paper = settings(desk_home=tmp_path)
    assert addresses.trading_key(paper).pem == tmp_path / "trading-key.pem"
    assert addresses.reading_key(paper) != addresses.trading_key(paper)
    assert addresses.reading_key(demo(tmp_path)) == addresses.trading_key(demo(tmp_path))
    own = demo(tmp_path, kalshi_read_key_id="r", kalshi_read_private_key_path=tmp_path / "r.pem")
    assert addresses.reading_key(own).key_id == "r"
    with pytest.raises(SettingsError, match="reading key"):
        addresses.reading_key(demo(tmp_path, kalshi_read_key_id="r"))


def test_underlyings_keep_the_order_of_the_settings() -> None:
    given = settings(crypto_series="KXETHD,KXBTC15M,KXETH15M")
    assert addresses.underlyings(given) == ("ETH", "BTC")
    assert addresses.coin_of_market(given, "KXETHD-26NOV2109-T3069.99") == "ETH"
    assert addresses.coin_of_market(given, "KXBTCD-1") is None


def test_what_is_unknown_is_refused() -> None:
    with pytest.raises(SettingsError, match="KXGOLD15M"):
        addresses.underlyings(settings(crypto_series="KXGOLD15M"))
    with pytest.raises(SettingsError, match="mtgox"):
        addresses.spot_url(settings(), "mtgox")


def test_wrong_settings_end_the_process_with_every_fault(monkeypatch, capsys) -> None:
    monkeypatch.setenv("SPEED", "fast")
    monkeypatch.setenv("PORT_BASE", "1")
    with pytest.raises(SystemExit) as ended:
        addresses.settings_or_exit()
    told = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert [line.split(":")[:2] for line in told] == [["kalshi-desk", " PORT_BASE"], ["kalshi-desk", " SPEED"]]


def test_one_account_has_no_shares_and_names_the_primary_subaccount() -> None:
    alone = settings()
    assert addresses.accounts(alone) == [addresses.account(alone)] == [DESK]
    assert (addresses.allotment(alone), addresses.subaccount(alone)) == (None, 0)
    assert addresses.process_name(alone, "order_execution") == "order_execution"


def test_a_further_account_has_its_own_names_key_and_ports() -> None:
    first, second = settings(accounts=TWO), settings(accounts=TWO, account="second")
    assert addresses.accounts(second) == [DESK, SECOND]
    assert (addresses.account(second), addresses.desk_account(second)) == (SECOND, DESK)
    assert addresses.allotment(second).own == SECOND
    assert addresses.allotment(first).shares == {DESK: Share.parse("0.6"), SECOND: Share.parse("0.4")}
    assert (addresses.subaccount(first), addresses.subaccount(second)) == (0, 2)
    assert addresses.trading_key(second).key_id == addresses.reading_key(second).key_id == "paper-second"
    names = [addresses.process_name(each, "portfolio") for each in (first, second)]
    assert names == ["portfolio", "portfolio_second"]
    assert [addresses.metrics_port(second, name) for name in names] == [8094, 8098]


def test_a_switch_names_an_account_only_where_one_was_chosen() -> None:
    chosen = [settings(accounts=TWO, account=name) for name in (None, "first", "second")]
    named = [addresses.named_account(each) for each in chosen]
    assert named == [UNSET, DESK, SECOND]
    assert [addresses.account(each) for each in addresses.each_account(chosen[0])] == [DESK, SECOND]
    assert addresses.each_account(chosen[2]) == [chosen[2]]
