"""Every table and relation of docs/data-model.md with its columns, types and natural order.

The page is the contract between the rooms; ``tests/store/test_schema.py`` compares the two word by word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fundwatch.domain.errors import ConfigurationError
from fundwatch.store.data_model import BY_ENDING, CANONICAL, Declared
from fundwatch.store.data_model import LINEAGE as LINEAGE_COLUMNS
from fundwatch.store.derived_model import DERIVED, REFERENCE

LINEAGE = ("record_id", "batch", "file", "sheet", "row", "institution")
"""Where a canonical row comes from; the same row sent twice differs in nothing else."""
CONTEXT = ("sequence",)
"""Columns that depend on the rest of the file, so that two extracts may honestly differ in them."""


class Kind(StrEnum):
    """How the rows of a relation come about and what the lake keeps of them."""

    FLOW = "flow"
    """Canonical, accumulates: a file per batch."""
    STOCK = "stock"
    """Canonical, states: a file per batch, the later batch holds per ``record_id``."""
    REFERENCE = "reference"
    """Replaced as a whole: one file."""
    DERIVED = "derived"
    """Computed: a file per day, month or for the whole, replaced when touched."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation: its kind, columns (name, DuckDB type) and the columns its files are sorted by."""

    name: str
    kind: Kind
    columns: tuple[tuple[str, str], ...]
    order: tuple[str, ...]
    key: tuple[str, ...] = ()
    """Of a computed relation the columns by which rows are struck out; rows that share them go together."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the column names in order."""
        return tuple(name for name, _ in self.columns)

    @property
    def is_canonical(self) -> bool:
        """Return whether the rows come from batches, not from a computation."""
        return self.kind in (Kind.FLOW, Kind.STOCK)

    @property
    def uncompared(self) -> tuple[str, ...]:
        """Return the columns that do not count when two rows of one ``record_id`` are compared."""
        return tuple(name for name in self.names if name in LINEAGE or name in CONTEXT)


def _columns(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(_column(part.split()) for part in text.split(","))


def _column(words: list[str]) -> tuple[str, str]:
    name = words[0]
    if len(words) == 2:
        return name, words[1]
    return name, next((type_name for ending, type_name in BY_ENDING if name.endswith(ending)), "TEXT")


def _canonical(declared: Declared) -> Relation:
    columns = _columns(f"{LINEAGE_COLUMNS}, {declared.columns}")
    order = (*declared.order, "record_id", "batch", "sheet", "row")
    return Relation(declared.name, Kind(declared.kind), columns, order)


def _computed(declared: Declared) -> Relation:
    columns = _columns(declared.columns)
    others = tuple(name for name, _ in columns if name not in declared.order)
    return Relation(declared.name, Kind(declared.kind), columns, (*declared.order, *others), declared.order)


RELATIONS: Mapping[str, Relation] = MappingProxyType(
    {made.name: made for made in (*map(_canonical, CANONICAL), *map(_computed, REFERENCE), *map(_computed, DERIVED))}
)
"""Every relation, by name, canonical ones first."""


def relation(name: str) -> Relation:
    """Return a relation of the data model; raise ConfigurationError when there is none of that name."""
    if name not in RELATIONS:
        raise ConfigurationError(
            f"数据模型中没有关系“{name}”，请对照 docs/data-model.md 更正名称。",
            f"the data model has no relation {name!r}; correct the name after docs/data-model.md.",
            code="E101",
        )
    return RELATIONS[name]
