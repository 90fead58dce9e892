"""All settings, read once from the environment and ``.env``; the only reader of the environment.

All wrong, missing or contradictory settings are reported in one SettingsError. ``.env.example`` documents them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic_settings
from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from kalshi_desk.account_settings import FIRST, AccountsFile, FurtherAccount
from kalshi_desk.domain.crypto.contract import SERIES
from kalshi_desk.domain.limits import DeskLimits, Limit, RiskLimits, Share
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.env_file import unknown_names, written
from kalshi_desk.errors import SettingsError, UnitError
from kalshi_desk.forecast_settings import ForecastSettings
from kalshi_desk.strategies import crypto_fair_value, forecast_edge

ShareOfBankroll = Annotated[Decimal, Field(gt=0, le=1, decimal_places=6)]
Dollars = Annotated[Decimal, Field(gt=0, decimal_places=6)]
Names = Annotated[tuple[str, ...], NoDecode]
PROFILES = {"starter": Decimal(50), "standard": Decimal(10_000)}
EXITS = frozenset({"sell_dear", "take_profit", "stop", "time_decay", "edge_gone"})
SHARED_LIMITS = (
    "max_event_risk", "max_underlying_risk", "max_cluster_risk", "max_strategy_risk", "max_category_risk",
    "max_total_risk",
)  # fmt: skip
STRATEGIES = frozenset({crypto_fair_value.NAME, forecast_edge.NAME})
SPOT_VENUES = ("coinbase", "kraken", "bitstamp", "gemini", "binance")
KNOWN = {
    "forecast_exits": ("exit rules", EXITS),
    "crypto_exits": ("exit rules", EXITS),
    "strategies": ("strategies", STRATEGIES),
    "spot_venues": ("venues", frozenset(SPOT_VENUES)),
    "crypto_series": ("series", frozenset(SERIES)),
}
BESIDE_MAXIMA = frozenset(
    {"auto_reinvest", "min_order_cost", "drawdown_lambda", "forecast_exits", "crypto_exits", "category_risk_overrides"}
    | {f"{desk}_{name}" for desk in ("forecast", "crypto") for name in ("min_edge", "fractional_kelly")}
)


class Settings(ForecastSettings):
    """The desk's settings; field names in capitals are the environment's names."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True)

    desk_mode: Literal["paper", "demo", "live"] = "paper"
    live_trading: bool = False
    desk_profile: Literal["starter", "standard"] = "starter"
    desk_home: Path = Path(".desk")
    port_base: int = Field(8080, ge=1024, le=65_000)
    listen_host: str = "127.0.0.1"
    venue_host: str = "127.0.0.1"
    page_hosts: Names = ()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    alert_webhook: SecretStr | None = None

    database_url: SecretStr | None = None
    kafka_bootstrap: str | None = None
    kafka_replication_factor: int = Field(1, ge=1)
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_SSL"] = "PLAINTEXT"
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None

    kalshi_key_id: str | None = None
    kalshi_private_key_path: Path | None = None
    kalshi_read_key_id: str | None = None
    kalshi_read_private_key_path: Path | None = None
    accounts: Annotated[AccountsFile | None, NoDecode] = None
    account: str | None = None

    speed: float = Field(1.0, ge=0.1, le=100)
    seed: int = Field(7, ge=0)
    recording: Path | None = None
    play_from: str | None = Field(None, validation_alias="FROM")
    venue_faults: Path | None = None

    crypto_series: Names = ("KXBTC15M", "KXETH15M", "KXBTCD", "KXETHD")
    spot_venues: Names = SPOT_VENUES
    strategies: Names = ("crypto_fair_value", "forecast_edge")
    scan_interval: int = Field(300, ge=30)
    monthly_costs: Decimal = Field(Decimal(0), ge=0)
    order_timeout: int = Field(600, ge=1)
    order_group_contracts: int = Field(1000, ge=1, le=1_000_000)

    initial_bankroll: Dollars | None = None
    auto_reinvest: bool = True
    min_order_cost: Dollars = Decimal("0.10")
    forecast_min_edge: float = Field(0.05, gt=0, lt=1)
    crypto_min_edge: float = Field(0.03, gt=0, lt=1)
    forecast_fractional_kelly: float = Field(0.25, gt=0, le=1)
    crypto_fractional_kelly: float = Field(0.25, gt=0, le=1)
    drawdown_lambda: float = Field(0.0, ge=0, le=10)
    coin_loading: float = Field(0.92, ge=0, lt=1)
    category_correlation: float = Field(0.1, ge=0, lt=1)
    forecast_max_risk_per_trade: ShareOfBankroll = Decimal("0.02")
    crypto_max_risk_per_trade: ShareOfBankroll = Decimal("0.01")
    forecast_max_risk_per_trade_usd: Dollars | None = None
    crypto_max_risk_per_trade_usd: Dollars | None = None
    forecast_max_total_risk: ShareOfBankroll = Decimal("0.12")
    crypto_max_total_risk: ShareOfBankroll = Decimal("0.08")
    max_total_risk: ShareOfBankroll = Decimal("0.20")
    max_event_risk: ShareOfBankroll = Decimal("0.06")
    max_underlying_risk: ShareOfBankroll = Decimal("0.08")
    max_cluster_risk: ShareOfBankroll = Decimal("0.08")
    max_strategy_risk: ShareOfBankroll = Decimal("0.12")
    forecast_max_total_risk_usd: Dollars | None = None
    crypto_max_total_risk_usd: Dollars | None = None
    max_total_risk_usd: Dollars | None = None
    max_event_risk_usd: Dollars | None = None
    max_underlying_risk_usd: Dollars | None = None
    max_cluster_risk_usd: Dollars | None = None
    max_strategy_risk_usd: Dollars | None = None
    max_category_risk: ShareOfBankroll = Decimal("0.12")
    max_category_risk_usd: Dollars | None = None
    category_risk_overrides: Annotated[dict[str, ShareOfBankroll], NoDecode] = Field(default_factory=dict)
    forecast_max_daily_loss: ShareOfBankroll = Decimal("0.08")
    crypto_max_daily_loss: ShareOfBankroll = Decimal("0.08")
    max_daily_loss: ShareOfBankroll = Decimal("0.10")
    forecast_max_daily_loss_usd: Dollars | None = None
    crypto_max_daily_loss_usd: Dollars | None = None
    max_daily_loss_usd: Dollars | None = None
    max_drawdown: ShareOfBankroll = Decimal("0.20")
    max_position_contracts: Decimal = Field(Decimal(100), gt=0, decimal_places=2)
    forecast_max_entries_per_day: int = Field(20, ge=0)
    crypto_max_entries_per_day: int = Field(48, ge=0)
    max_orders_per_minute: int = Field(30, ge=1)
    max_price_distance: Decimal = Field(Decimal("0.10"), gt=0, lt=1, decimal_places=4)
    max_order_age: int = Field(3_600, ge=30)
    forecast_exits: Names = tuple(sorted(EXITS))
    crypto_exits: Names = ("sell_dear",)

    @field_validator(
        "page_hosts", "crypto_series", "spot_venues", "strategies", "forecast_exits", "crypto_exits", mode="before"
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator(*KNOWN)
    @classmethod
    def _known(cls, value: tuple[str, ...], field: ValidationInfo) -> tuple[str, ...]:
        what, known = KNOWN[str(field.field_name)]
        if unknown := set(value) - known:
            raise ValueError(f"unknown {what} {sorted(unknown)}; known: {sorted(known)}")
        return value

    @field_validator("category_risk_overrides", mode="before")
    @classmethod
    def _decoded(cls, value: Any) -> Any:
        """Read JSON here and not in the sources, which would add up what several of them say."""
        try:
            return json.loads(value, parse_float=Decimal) if isinstance(value, str) else value
        except json.JSONDecodeError:
            raise ValueError('expected JSON such as {"Politics": 0.05}') from None

    @field_validator("category_risk_overrides")
    @classmethod
    def _casefolded(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        folded = {name.strip().casefold(): share for name, share in value.items()}
        if len(folded) < len(value):
            raise ValueError("a category is there twice: capitals do not tell them apart")
        return folded

    @field_validator("database_url")
    @classmethod
    def _address(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            if value is not None:
                parse_dsn(value.get_secret_value())
        except ProgrammingError:  # whose text holds the password
            raise ValueError("no address of a database: postgresql://USER:PASSWORD@HOST:PORT/NAME") from None
        return value

    @field_validator("play_from")
    @classmethod
    def _instant(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                Nanos.parse(value)
        except UnitError as fault:
            raise ValueError(str(fault)) from None
        return value

    @model_validator(mode="after")
    def _contradictions(self) -> Self:
        faults = [text for wrong, text in self._rules() if wrong]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _rules(self) -> list[tuple[bool, str]]:
        live, real = self.desk_mode == "live", self.desk_mode != "paper"
        return [
            (live and not self.live_trading, "DESK_MODE=live needs LIVE_TRADING=true as well"),
            (not live and self.live_trading, "LIVE_TRADING=true is set, but DESK_MODE is not live"),
            (real and not self.kalshi_key_id, "KALSHI_KEY_ID is needed outside paper mode"),
            (real and not self.kalshi_private_key_path, "KALSHI_PRIVATE_KEY_PATH is needed outside paper mode"),
            (real and self.speed != 1, "SPEED works in paper mode only"),
            (real and self.recording is not None, "RECORDING works in paper mode only"),
            (real and self.venue_faults is not None, "VENUE_FAULTS works in paper mode only"),
            (self.play_from is not None and self.recording is None, "FROM needs RECORDING"),
            (self.recording is not None and not self.recording.is_dir(), "RECORDING is not a folder"),
            (self.venue_faults is not None and not self.venue_faults.is_file(), "VENUE_FAULTS is not a file"),
            (self._anonymous, "KAFKA_SECURITY_PROTOCOL=SASL_SSL needs KAFKA_USERNAME and KAFKA_PASSWORD"),
            (not self.crypto_series, "CRYPTO_SERIES is empty"),
            (self.min_days_to_close >= self.max_days_to_close, "MIN_DAYS_TO_CLOSE is not below MAX_DAYS_TO_CLOSE"),
            (self.gpt_weight + self.claude_weight == 0, "GPT_WEIGHT and CLAUDE_WEIGHT are both 0"),
            (bool(self.unpriced_models), f"LLM_PRICES has no price of {', '.join(self.unpriced_models)}"),
            (not self.screen_model.startswith(("gpt", "claude")), "SCREEN_MODEL begins with neither gpt nor claude"),
            (self.order_timeout > self.max_order_age, "ORDER_TIMEOUT is above MAX_ORDER_AGE"),
            (self.account not in (None, FIRST, *self.further_names), f"ACCOUNT {self.account} is none of ACCOUNTS"),
            (real and bool(self._keyless), f"ACCOUNTS: outside paper mode {', '.join(self._keyless)} needs its key"),
            *self._too_narrow(),
            *self._too_small(),
        ]  # fmt: skip

    @property
    def _anonymous(self) -> bool:
        return self.kafka_security_protocol == "SASL_SSL" and not (self.kafka_username and self.kafka_password)

    @property
    def further_accounts(self) -> tuple[FurtherAccount, ...]:
        """The accounts of ACCOUNTS beside the first, in the order of the file."""
        return () if self.accounts is None else self.accounts.account

    @property
    def further_names(self) -> list[str]:
        """Their names."""
        return [each.name for each in self.further_accounts]

    @property
    def _keyless(self) -> list[str]:
        return [each.name for each in self.further_accounts if each.key_id is None or each.private_key_path is None]

    @property
    def further(self) -> FurtherAccount | None:
        """The account of ACCOUNTS that these settings are of; None for the first account."""
        if self.accounts is None or self.account in (None, FIRST):
            return None
        return self.accounts.named(str(self.account))

    def _too_narrow(self) -> list[tuple[bool, str]]:
        """Return, for each limit over several markets, whether a whole trade of a desk under it does not fit in it."""
        limits, roll, trades = self.risk_limits, self.risk_limits.initial_bankroll, self._greatest_trades
        over = [(desk, name, getattr(limits, name)) for desk in trades for name in SHARED_LIMITS]
        over += [(desk, f"{desk}_max_total_risk", limits.desk(desk).max_total_risk) for desk in trades]
        for category, limit in limits.category_risk.items():
            desk = "crypto" if category == "crypto" else "forecast"
            over.append((desk, f"category_risk_overrides of {category}", limit))
        return [
            (limit.of(roll) < trades[desk],
             f"{name.upper()} {limit.of(roll)} is below {desk.upper()}_MAX_RISK_PER_TRADE {trades[desk]}")
            for desk, name, limit in over
        ]  # fmt: skip

    def _too_small(self) -> list[tuple[bool, str]]:
        """Return, for each desk with a strategy that is on, whether its greatest trade is below the smallest order."""
        least = self.risk_limits.min_order_cost
        return [
            (trade < least, f"{desk.upper()}_MAX_RISK_PER_TRADE {trade} is below MIN_ORDER_COST {least}")
            for desk, trade in self._greatest_trades.items()
            if any(name.startswith(desk) for name in self.strategies)
        ]

    @property
    def _greatest_trades(self) -> dict[str, Cash]:
        limits = self.risk_limits
        roll = limits.initial_bankroll
        return {desk: limits.desk(desk).max_risk_per_trade.of(roll) for desk in ("forecast", "crypto")}

    @property
    def bankroll(self) -> Decimal:
        """The opening bankroll in dollars: INITIAL_BANKROLL, or the profile's."""
        return self.initial_bankroll if self.initial_bankroll is not None else PROFILES[self.desk_profile]

    @property
    def risk_limits(self) -> RiskLimits:
        """The limits as domain values."""
        return RiskLimits(
            crypto=self._desk_limits("crypto", "0.03", "0.97"),
            forecast=self._desk_limits("forecast", "0.05", "0.95"),
            **{name: _limit(getattr(self, name), getattr(self, f"{name}_usd")) for name in SHARED_LIMITS},
            max_daily_loss=_limit(self.max_daily_loss, self.max_daily_loss_usd),
            max_drawdown=Share.parse(str(self.max_drawdown)),
            max_orders_per_minute=self.max_orders_per_minute,
            max_price_distance=Price.parse(str(self.max_price_distance)),
            max_order_age_s=self.max_order_age,
            min_order_cost=Cash.parse(str(self.min_order_cost)),
            initial_bankroll=Cash.parse(str(self.bankroll)),
            auto_reinvest=self.auto_reinvest,
            drawdown_lambda=self.drawdown_lambda,
            category_risk={name: _limit(share, None) for name, share in self.category_risk_overrides.items()},
        )

    def _desk_limits(self, desk: str, lowest: str, highest: str) -> DeskLimits:
        def own(name: str) -> Any:
            return getattr(self, f"{desk}_{name}")

        return DeskLimits(
            min_edge=own("min_edge"),
            fractional_kelly=own("fractional_kelly"),
            max_risk_per_trade=_limit(own("max_risk_per_trade"), own("max_risk_per_trade_usd")),
            max_total_risk=_limit(own("max_total_risk"), own("max_total_risk_usd")),
            max_daily_loss=_limit(own("max_daily_loss"), own("max_daily_loss_usd")),
            max_position_contracts=Count.parse(str(self.max_position_contracts)),
            max_entries_per_day=own("max_entries_per_day"),
            min_entry_price=Price.parse(lowest),
            max_entry_price=Price.parse(highest),
            exits=frozenset(own("exits")),
        )


LIMITS = BESIDE_MAXIMA | {name for name in Settings.__annotations__ if "max_" in name}


def _limit(share: Decimal, dollars: Decimal | None) -> Limit:
    return Limit(Share.parse(str(share)), None if dollars is None else Cash.parse(str(dollars)))


DOTENV = Path(".env")


def given_file() -> Path:
    """Return where ``make up`` keeps the settings given on its command line: in the state folder, above ``.env``."""
    return Path(os.environ.get("DESK_HOME") or written(Settings, DOTENV).get("desk_home") or ".desk", "up.env")


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises SettingsError with every fault, naming each by its environment name.

    With ``account`` (or ACCOUNT) they are those of a further account: its bankroll and limits for the first's.
    """
    given = {"_env_file": (DOTENV, given_file()), **overrides}
    settings = _read(given, [] if "_env_file" in overrides else unknown_names(Settings, DOTENV))
    if settings.accounts is None:
        return settings
    each = {one.name: _of_account(one, given) for one in settings.accounts.account}
    if faults := [fault for found in each.values() if isinstance(found, list) for fault in found]:
        raise SettingsError(faults)
    chosen = each.get(settings.account or FIRST)
    return chosen if isinstance(chosen, Settings) else settings


def _of_account(account: FurtherAccount, given: dict[str, Any]) -> Settings | list[str]:
    """Return the settings of a further account, or what is wrong with them."""
    if unknown := sorted(set(account.limits) - LIMITS):
        return [f"ACCOUNTS: {account.name}: no limit is called {', '.join(unknown)}"]
    own = {"account": account.name, "initial_bankroll": account.initial_bankroll, **account.limits}
    try:
        return _read({**given, **own})
    except SettingsError as fault:
        return [f"ACCOUNTS: {account.name}: {text}" for text in fault.faults]


def _read(given: dict[str, Any], besides: Sequence[str] = ()) -> Settings:
    """Return the settings; raises SettingsError with what is wrong with them, after the faults known ``besides``."""
    try:
        settings = Settings(**given)
    except ValidationError as fault:
        wrong = {str(error["loc"][0]) for error in fault.errors() if error["loc"]}
        found = [_fault(error) for error in fault.errors()]
        raise SettingsError([*besides, *found, *(_contradictions_besides(wrong, given) if wrong else [])]) from None
    except (pydantic_settings.SettingsError, UnicodeDecodeError) as fault:
        raise SettingsError([*besides, f"{DOTENV} or the environment: {fault}"]) from None
    if besides:
        raise SettingsError(list(besides))
    return settings


def _contradictions_besides(wrong: set[str], given: dict[str, Any]) -> list[str]:
    """Return the contradictions among the settings that are not wrong in themselves."""
    fields = {field.validation_alias or name: field for name, field in Settings.model_fields.items()}
    try:
        Settings(**given, **{name: fields[name].default for name in wrong if name not in given})
    except ValidationError as fault:
        texts = [_fault(error) for error in fault.errors()]
        parts = [part for text in texts for part in text.split("; ")]
        return [part for part in parts if not any(name.upper() in part for name in wrong)]
    return []


def _fault(error: Any) -> str:
    name = "_".join(str(part) for part in error["loc"]).upper()
    text = error["msg"].removeprefix("Value error, ")
    return f"{name}: {text}" if name else text
