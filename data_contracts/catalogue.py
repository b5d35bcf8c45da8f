"""All contracts of the repository, loaded together so that they can be held against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from data_contracts.contract import Contract, ReferenceRate, Table
from data_contracts.odcs import contract_error
from data_contracts.parsing import parse_feed, parse_table
from fundwatch.domain.keys import day_number

HERE = Path(__file__).parent
_FOR_EVER = 2_932_896
"""Day number of 9999-12-31."""
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Canonical tables and feeds by id."""

    tables: Mapping[str, Table]
    feeds: Mapping[str, Contract]

    def for_sector(self, sector: str) -> tuple[Contract, ...]:
        """Return the feeds that an institution of a sector may send, companions of other feeds left out."""
        companions = {name for feed in self.feeds.values() for name in feed.also}
        return tuple(feed for name, feed in self.feeds.items() if sector in feed.sectors and name not in companions)

    def reference_rates(self) -> tuple[ReferenceRate, ...]:
        """Return the exchange rates that feeds declare, ordered and without repetition."""
        rates = {rate for feed in self.feeds.values() for rate in feed.reference_rates}
        return tuple(sorted(rates, key=lambda rate: (rate.currency, rate.valid_from)))

    def fx_rows(self) -> tuple[tuple[str, int, int, int], ...]:
        """Return rows of ``reference_fx``: currency, first and last day number, CNY per unit × 1,000,000."""
        own = ("CNY", 0, _FOR_EVER, _MICRO)
        return (
            own,
            *(
                (
                    rate.currency,
                    day_number(rate.valid_from),
                    day_number(rate.valid_to) if rate.valid_to else _FOR_EVER,
                    int((rate.cny * Decimal(_MICRO)).to_integral_value()),
                )
                for rate in self.reference_rates()
            ),
        )


def load_catalogue(folder: Path = HERE) -> Catalogue:
    """Return all contracts under ``tables/`` and ``feeds/`` of a folder.

    Raises ConfigurationError for a file that is wrong or two that contradict each other.
    """
    tables = {table.id: table for table in map(parse_table, sorted((folder / "tables").glob("*.odcs.yaml")))}
    feeds = {
        feed.id: feed for feed in (parse_feed(path, tables) for path in sorted((folder / "feeds").glob("*.odcs.yaml")))
    }
    for feed in feeds.values():
        missing = [name for name in feed.also if name not in feeds]
        if missing:
            raise contract_error(feed.id, f"also 指向未知数据源 {missing}", f"also names unknown feeds {missing}")
    for table in tables.values():
        _require_references(table, tables)
    return Catalogue(MappingProxyType(tables), MappingProxyType(feeds))


def _require_references(table: Table, tables: Mapping[str, Table]) -> None:
    for column in table.columns:
        lost = [f"{to}.{name}" for to, name in column.references if to not in tables or name not in tables[to].names]
        if lost:
            place = f"{table.id} {column.name}"
            raise contract_error(place, f"relationships 指向未知列 {lost}", f"relationships name unknown {lost}")
