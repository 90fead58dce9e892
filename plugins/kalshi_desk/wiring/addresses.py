"""Settings to names and addresses: where things are in each mode."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from msgspec import UNSET, UnsetType

from kalshi_desk.account_settings import FIRST
from kalshi_desk.adapters.exchanges.connections import PUBLIC_URLS
from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.domain.allocation import Allotment
from kalshi_desk.domain.crypto.contract import SERIES
from kalshi_desk.domain.limits import Share
from kalshi_desk.errors import SettingsError
from kalshi_desk.settings import Settings, load_settings

PAGE, AIRFLOW, VENUE, POSTGRES, KAFKA = range(5)
METRICS = {
    "exchange_feeds": 10, "kalshi_feed": 11, "crypto_signals": 12, "order_execution": 13, "portfolio": 14,
    "recorder": 15, "desk_page": 16,
}  # fmt: skip
OF_AN_ACCOUNT, FURTHER_METRICS = ("order_execution", "portfolio"), 17
KALSHI = {
    "demo": ("https://external-api.demo.kalshi.co", "wss://external-api-ws.demo.kalshi.co"),
    "live": ("https://external-api.kalshi.com", "wss://external-api-ws.kalshi.com"),
}


@dataclass(frozen=True)
class Key:
    """An API key of the venue: its id and the file of its private half."""

    key_id: str
    pem: Path


def settings_or_exit() -> Settings:
    """Read the settings; a fault ends the process with exit code 2 and every fault on stderr."""
    try:
        return load_settings()
    except SettingsError as fault:
        for line in fault.faults:
            print(f"kalshi-desk: {line}", file=sys.stderr)  # noqa: T201 - there is no log before there are settings
        raise SystemExit(2) from None


def port(settings: Settings, offset: int) -> int:
    """Return the port at ``offset`` above PORT_BASE."""
    return settings.port_base + offset


def metrics_port(settings: Settings, process: str) -> int:
    """Return the port of a process's Prometheus metrics."""
    return port(settings, metrics_offsets(settings)[process])


def metrics_offsets(settings: Settings) -> dict[str, int]:
    """Return the offsets of all processes' metrics above PORT_BASE: two more for each further account."""
    further = [f"{process}_{name}" for name in settings.further_names for process in OF_AN_ACCOUNT]
    return METRICS | {process: FURTHER_METRICS + place for place, process in enumerate(further)}


def process_name(settings: Settings, process: str) -> str:
    """Return the name of a process of the settings' account: ``order_execution``, ``order_execution_second``."""
    return process if settings.further is None else f"{process}_{settings.further.name}"


def broker(settings: Settings) -> Broker:
    """Return the Kafka cluster: KAFKA_BOOTSTRAP, or the embedded one."""
    secret = settings.kafka_password
    return Broker(
        settings.kafka_bootstrap or f"127.0.0.1:{port(settings, KAFKA)}",
        replication=settings.kafka_replication_factor,
        security_protocol=settings.kafka_security_protocol,
        username=settings.kafka_username,
        password=None if secret is None else secret.get_secret_value(),
    )


def database_url(settings: Settings) -> str:
    """Return DATABASE_URL, or the embedded database's."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return f"postgresql://desk@127.0.0.1:{port(settings, POSTGRES)}/desk"


def account(settings: Settings) -> str:
    """Return the name of the settings' account: the desk's, with ``/<name>`` for a further one."""
    further = settings.further
    return desk_account(settings) if further is None else f"{desk_account(settings)}/{further.name}"


def accounts(settings: Settings) -> list[str]:
    """Return all accounts of the desk, the first one first."""
    desk = desk_account(settings)
    return [desk, *(f"{desk}/{name}" for name in settings.further_names)]


def each_account(settings: Settings) -> list[Settings]:
    """Return settings of the account that was chosen, else of every one: their names and keys, not their limits."""
    if settings.account is not None or settings.accounts is None:
        return [settings]
    return [settings.model_copy(update={"account": name}) for name in (FIRST, *settings.accounts.names)]


def named_account(settings: Settings) -> str | UnsetType:
    """Return the account that a switch of these settings names: none where all are meant."""
    return UNSET if settings.accounts is None or settings.account is None else account(settings)


def allotment(settings: Settings) -> Allotment | None:
    """Return how signals are shared with the settings' account; None where there is but one account."""
    found = settings.accounts
    if found is None:
        return None
    shares = [found.share, *(each.share for each in found.account)]
    exact = {name: Share.parse(f"{share:f}") for name, share in zip(accounts(settings), shares, strict=True)}
    return Allotment(desk_account(settings), account(settings), exact)


def subaccount(settings: Settings) -> int:
    """Return the subaccount that the settings' account is at the venue; 0 is the primary one.

    It is named where there is but one account too: lists that name none hold the fills of all subaccounts.
    """
    return 0 if settings.further is None else settings.further.subaccount


def desk_account(settings: Settings) -> str:
    """Return the name of the first account, which signals are made for: ``<venue>:<source>:<seed, recording, key>``."""
    if settings.desk_mode != "paper":
        return f"kalshi:{settings.desk_mode}:{(settings.kalshi_key_id or '')[:8]}"
    if settings.recording is not None:
        return f"sim:recording:{settings.recording.resolve().name}"
    return f"sim:synthetic:{settings.seed}"


def underlyings(settings: Settings) -> tuple[str, ...]:
    """Return the coins of CRYPTO_SERIES in their order there: the partitions of ``crypto.inputs.v1``."""
    return tuple(dict.fromkeys(underlying_of(series) for series in settings.crypto_series))


def underlying_of(series: str) -> str:
    """Return the coin of a crypto series (KXBTC15M is BTC); raises SettingsError for one whose rule is unknown."""
    if series not in SERIES:
        raise SettingsError([f"CRYPTO_SERIES: unknown series {series}; known: {', '.join(SERIES)}"])
    return SERIES[series].underlying


def coin_of_market(settings: Settings, ticker: str) -> str | None:
    """Return the coin of a market of CRYPTO_SERIES by its ticker, None for any other market."""
    series = ticker.partition("-")[0]
    return SERIES[series].underlying if series in settings.crypto_series else None


def venue_host(settings: Settings) -> str:
    """Return the root of the simulated venue's addresses."""
    return f"http://{settings.venue_host}:{port(settings, VENUE)}"


def venue_rest(settings: Settings) -> str:
    """Return the address of the venue's REST API, with its path."""
    if settings.desk_mode == "paper":
        return f"http://{settings.venue_host}:{port(settings, VENUE)}/trade-api/v2"
    return KALSHI[settings.desk_mode][0] + "/trade-api/v2"


def venue_socket(settings: Settings) -> str:
    """Return the address of the venue's WebSocket."""
    if settings.desk_mode == "paper":
        return f"ws://{settings.venue_host}:{port(settings, VENUE)}/trade-api/ws/v2"
    return KALSHI[settings.desk_mode][1] + "/trade-api/ws/v2"


def spot_url(settings: Settings, venue: str) -> str:
    """Return the address of an exchange's trade feed; raises SettingsError for an unknown exchange."""
    if venue not in PUBLIC_URLS:
        raise SettingsError([f"SPOT_VENUES: unknown exchange {venue}; known: {', '.join(PUBLIC_URLS)}"])
    if settings.desk_mode == "paper":
        return f"ws://{settings.venue_host}:{port(settings, VENUE)}/feeds/{venue}"
    return PUBLIC_URLS[venue]


def trading_key(settings: Settings) -> Key:
    """Return the key that may trade; only ``order_execution`` asks for it."""
    if (further := settings.further) is not None:
        return _key(settings, further.name, further.key_id, further.private_key_path)
    return _key(settings, "trading", settings.kalshi_key_id, settings.kalshi_private_key_path)


def reading_key(settings: Settings) -> Key:
    """Return the key that may only read, else the trading key where no other is set; a further account has but one."""
    no_other = settings.desk_mode != "paper" and settings.kalshi_read_key_id is None
    if no_other or settings.further is not None:
        return trading_key(settings)
    return _key(settings, "reading", settings.kalshi_read_key_id, settings.kalshi_read_private_key_path)


def _key(settings: Settings, name: str, key_id: str | None, pem: Path | None) -> Key:
    if settings.desk_mode == "paper":
        return Key(f"paper-{name}", settings.desk_home / f"{name}-key.pem")
    if key_id is None or pem is None:
        raise SettingsError([f"the {name} key needs its id and its file"])
    return Key(key_id, pem)
