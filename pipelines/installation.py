"""An opened installation: settings, register, stores, contracts and rules in one hand."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection
from sqlalchemy import Engine, select

import rules
from data_contracts.catalogue import Catalogue as Contracts
from data_contracts.catalogue import load_catalogue as load_contracts
from fundwatch.store.custody import Custody
from fundwatch.store.durable import make_folder
from fundwatch.store.engines import open_warehouse
from fundwatch.store.lake import Lake
from fundwatch.store.landing import Landing
from fundwatch.store.operations import tables
from fundwatch.store.operations.database import open_operations, reading, upgrade
from fundwatch.store.registry import Registry, read_registry
from fundwatch.store.sealing import KeyFolder
from fundwatch.store.settings import Settings
from fundwatch.store.vault import Vault
from rules.catalogue import Catalogue as Rules
from rules.catalogue import load_catalogue as load_rules
from rules.reference import Notice, read_notices
from rules.tuning import Tuning, change_of, read_tuning, tune

Clock = Callable[[], datetime]
RULES_FOLDER = Path(rules.__file__).parent


def system_clock() -> datetime:
    """Return this instant; the only clock of the program, handed down from the roof."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Installation:
    """Everything that a run needs of the outside world."""

    settings: Settings
    operations: Engine
    clock: Clock

    @classmethod
    @contextmanager
    def open(cls, settings: Settings, clock: Clock = system_clock) -> Iterator[Installation]:
        """Open the stores and bring the operations database to this version's schema."""
        make_folder(settings.home)
        engine = open_operations(settings.database_url)
        try:
            upgrade(engine)
            yield cls(settings, engine, clock)
        finally:
            engine.dispose()

    @property
    def registry(self) -> Registry:
        """Return who may report, as the register stands now."""
        return _registry(self.settings.institutions, _stamp(self.settings.institutions))

    @property
    def notices(self) -> Sequence[Notice]:
        """Return the holidays and make-up days that this installation entered, as its file stands now."""
        return _notices(self.settings.calendar, _stamp(self.settings.calendar))

    @property
    def contracts(self) -> Contracts:
        """Return the data contracts."""
        return _contracts()

    @property
    def rules(self) -> Rules:
        """Return the catalogue of rules and suppressors."""
        return _rules()

    @cached_property
    def tuning(self) -> Tuning:
        """Return the tuning in force: what the repository declares, then what was approved in this installation."""
        with reading(self.operations) as connection:
            approved = [dict(row._mapping) for row in connection.execute(select(tables.tuning))]
        changes = [change_of(_tuning_entry(row), "operations") for row in approved]
        return tune(self.rules, [*read_tuning(RULES_FOLDER / "tuning.toml"), *changes])

    @property
    def lake(self) -> Lake:
        """Return the lake."""
        return Lake(self.settings.lake)

    @cached_property
    def custody(self) -> Custody:
        """Return access to the keys."""
        return Custody(KeyFolder(self.settings.keys))

    @cached_property
    def landing(self) -> Landing:
        """Return the landing."""
        limit = self.settings.max_upload_mb * 1024 * 1024
        return Landing(self.settings.landing, self.settings.temporary, self.operations, self.custody, limit)

    @cached_property
    def vault(self) -> Vault:
        """Return the identity vault."""
        return Vault(self.operations, self.custody)

    def tokens(self, values: Sequence[str]) -> Mapping[str, str]:
        """Return the tokens of normalised identity numbers, entering new ones into the vault."""
        return self.vault.tokens(values, now=self.clock())

    @contextmanager
    def warehouse(self) -> Iterator[DuckDBPyConnection]:
        """Open the warehouse for this process alone; a warehouse that is held raises BusyError."""
        connection = open_warehouse(self.settings)
        try:
            yield connection
        finally:
            connection.close()


def tuning_in_force() -> Tuning:
    """Return the tuning of this process's data home; what the repository declares where there is no home yet."""
    settings = settings_of_environment()
    if not settings.home.is_dir():
        return tune(_rules(), read_tuning(RULES_FOLDER / "tuning.toml"))
    with Installation.open(settings) as installation:
        return installation.tuning


def _tuning_entry(row: Mapping[str, Any]) -> dict[str, Any]:
    named = ("parameter", "value", "author", "approver", "reason")
    return {name: row[name] for name in named} | {"id": row["rule_id"], "effective_from": row["from_day"]}


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Return what changes whenever a file is written or replaced, None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=8)
def _registry(path: Path, stamp: tuple[int, int, int] | None) -> Registry:  # noqa: ARG001 - a key of the cache
    return read_registry(path)


@lru_cache(maxsize=8)
def _notices(path: Path, stamp: tuple[int, int, int] | None) -> tuple[Notice, ...]:
    return () if stamp is None else tuple(read_notices(path))


@cache
def _contracts() -> Contracts:
    """Read the contracts once a process; they are immutable and cost a second."""
    return load_contracts()


@cache
def _rules() -> Rules:
    return load_rules(RULES_FOLDER)


def write_json(path: Path, content: object) -> None:
    """Write plain data so that a reader sees the old or the new file, never half of one."""
    make_folder(path.parent)
    temporary = path.with_name(f"{path.name}.part")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    temporary.replace(path)


def settings_of_environment() -> Settings:
    """Return the settings of this process."""
    return Settings.from_environment(os.environ)
