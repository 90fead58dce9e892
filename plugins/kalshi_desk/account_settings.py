"""The accounts that one desk trades: the first, which the other settings describe, and further ones from a file."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

ShareOfSignal = Annotated[Decimal, Field(ge=0, le=1, decimal_places=6)]
FIRST = "first"
RESERVED = frozenset({FIRST, "trading", "reading"})  # what the first account and its keys are called
Shown = Annotated[str, Field(min_length=1)]


class FurtherAccount(BaseModel):
    """An account beside the first; ``limits`` are settings of the limits that take the place of the desk's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,15}$")
    subaccount: int = Field(0, ge=0, le=63)
    share: ShareOfSignal
    key_id: Shown | None = None
    private_key_path: Path | None = None
    initial_bankroll: Annotated[Decimal, Field(gt=0, decimal_places=6)]
    limits: dict[str, Any] = {}


class Accounts(BaseModel):
    """What the file says: the share of the first account, and the further accounts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: ShareOfSignal
    account: tuple[FurtherAccount, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total, names = self.share + sum(each.share for each in self.account), self.names
        if total != 1:
            raise ValueError(f"the shares add up to {total}, not 1")
        if taken := RESERVED & set(names):
            raise ValueError(f"an account cannot be called {', '.join(sorted(taken))}")
        if doubles := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(doubles)} is there twice")
        numbers = [each.subaccount for each in self.account if each.subaccount]
        if len(set(numbers)) < len(numbers):
            raise ValueError("two accounts have one subaccount")
        return self

    @property
    def names(self) -> list[str]:
        """The further accounts' names, in the order of the file."""
        return [each.name for each in self.account]

    def named(self, name: str) -> FurtherAccount:
        """Return a further account; raises KeyError."""
        return {each.name: each for each in self.account}[name]


def _read(given: Any) -> Any:
    """Return the contents of the file that the setting names; numbers are read exactly."""
    if not isinstance(given, (str, Path)):
        return given
    try:
        return tomllib.loads(Path(given).read_text(), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise ValueError(f"{given} cannot be read: {fault}") from None


AccountsFile = Annotated[Accounts, BeforeValidator(_read)]
