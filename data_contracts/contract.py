"""Contracts as data: what a canonical table holds and what a feed of files promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from data_contracts.vocabulary import DIRECTIONS, MONEY_SHIFT, NEGATIVE_AMOUNTS, Kind
from fundwatch.domain.errors import ConfigurationError

_OVERRIDES: Mapping[str, frozenset[str]] = {
    "direction": DIRECTIONS,
    "amount_unit": frozenset(MONEY_SHIFT),
    "negative_amount": NEGATIVE_AMOUNTS,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a value: text length, form, and size in the stored unit."""

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a canonical table; ``derivation`` is a function name and the column it is applied to."""

    name: str
    label: str
    kind: Kind
    physical: str
    required: bool
    derivation: tuple[str, str] | None = None
    default: object = None
    allowed: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Limits = Limits()
    personal: bool = False
    references: tuple[tuple[str, str], ...] = ()
    """(table, column) pairs of which one must know the value; declared as foreign keys, judged across files."""


@dataclass(frozen=True, slots=True)
class Table:
    """A canonical table: ``nature`` is stock (a later batch supersedes) or flow (entries accumulate)."""

    id: str
    version: str
    name: str
    nature: str
    row_key: tuple[str, ...]
    columns: tuple[TableColumn, ...]
    key_repeats: str = "one"

    def column(self, name: str) -> TableColumn:
        """Return a column by name; raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)


NO_TABLE = Table(id="", version="", name="", nature="flow", row_key=(), columns=())
"""Where the rows of a file go that is known and not needed."""


@dataclass(frozen=True, slots=True)
class FillBound:
    """The share of empty cells in percent that a column of one batch may have."""

    at_most: float
    level: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a feed; ``header`` is the usual spelling, ``aliases`` the others, ``targets`` where it goes.

    ``verbatim`` are those targets that take the text as sent beside an enumeration or boolean read from it.
    """

    header: str
    aliases: tuple[str, ...]
    targets: tuple[str, ...]
    kind: Kind
    part: str | None = None
    required: bool = False
    header_required: bool = False
    unique: bool = False
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown_value: str = "fault"
    formats: tuple[str, ...] = ("iso",)
    unit: str | None = None
    identity: str = "any"
    bad_value: str = "quarantine"
    ignored: str | None = None
    failure_text: bool = False
    limits: Limits = Limits()
    fill: FillBound | None = None
    verbatim: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Name of its cleaned column: the first target, with the part behind it."""
        return f"{self.targets[0]}__{self.part}" if self.part else self.targets[0]

    @property
    def verbatim_key(self) -> str:
        """Name of the cleaned column that holds the text as sent."""
        return f"{self.key}__text"

    @property
    def spellings(self) -> tuple[str, ...]:
        """All headers under which it is known."""
        return (self.header, *self.aliases)


@dataclass(frozen=True, slots=True)
class ReferenceRate:
    """CNY per unit of a currency from a day to a day, both included; ``valid_to`` None is open."""

    currency: str
    valid_from: date
    valid_to: date | None
    cny: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Why the rows of a known file are not needed, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What a feed promises; the keys are explained in README.md. With ``not_taken`` its table is ``NO_TABLE``."""

    id: str
    version: str
    name: str
    table: Table
    sectors: tuple[str, ...]
    columns: tuple[Column, ...]
    sheets: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    row_key: tuple[str, ...] = ()
    key_repeats: str = "one"
    key_needs: tuple[str, ...] = ()
    key_fallback: str = "none"
    one_of: tuple[tuple[str, ...], ...] = ()
    direction: str = "statement"
    amount_unit: str = "yuan"
    negative_amount: str = "refuse"
    currency: str | None = None
    decimal_separator: str = "."
    order_within_day: str = "as_given"
    balance_tolerance: int = 0
    balance_agreement: float = 0.98
    constants: Mapping[str, object] = field(default_factory=dict)
    skip_rows: tuple[str, ...] = ()
    ignored_columns: Mapping[str, str] = field(default_factory=dict)
    rows_per_day: tuple[float, float] | None = None
    row_count: tuple[int, int] | None = None
    also: tuple[str, ...] = ()
    reference_rates: tuple[ReferenceRate, ...] = ()
    not_taken: NotTaken | None = None

    def with_overrides(self, overrides: Mapping[str, str]) -> Contract:
        """Return the contract as an institution's registration departs from it.

        Raises ConfigurationError for a key other than direction, amount_unit, negative_amount, or an unknown value.
        """
        for key, value in overrides.items():
            if value not in _OVERRIDES.get(key, frozenset()):
                raise ConfigurationError(
                    f"机构登记中 feeds 的 {key} = {value} 无效，请改为 README 所列的取值。",
                    f"The registration's feeds entry {key} = {value} is not known; use a value listed in the README.",
                    code="C010",
                    place="institutions.toml",
                )
        return replace(
            self,
            direction=overrides.get("direction", self.direction),
            amount_unit=overrides.get("amount_unit", self.amount_unit),
            negative_amount=overrides.get("negative_amount", self.negative_amount),
        )

    @property
    def has_balance_proof(self) -> bool:
        """Whether rows of this feed carry balances that can be proven."""
        return self.table.id == "transactions" and any("balance" in column.targets for column in self.columns)
