"""The settings of an installation: read once from the environment, at the roof, and passed down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fundwatch.domain.errors import ConfigurationError

_MEMORY = re.compile(r"\d+(\.\d+)?\s?([KMGT]i?B|%)")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data live and what the engines may use."""

    home: Path
    """Data home (FUNDWATCH_HOME, default ./var)."""
    database_url: str
    """SQLAlchemy URL of the operations database (FUNDWATCH_DATABASE_URL, default SQLite in the home)."""
    keys: Path
    """Folder of the key files (FUNDWATCH_KEYS)."""
    threads: int = 2
    """Threads of one DuckDB connection (FUNDWATCH_THREADS)."""
    memory_limit: str = "60%"
    """Memory of one DuckDB connection, such as ``4GB`` or ``60%`` (FUNDWATCH_MEMORY_LIMIT)."""
    retention_months: int = 36
    """Months that uploads and audit are kept at least (FUNDWATCH_RETENTION_MONTHS); the law asks for 6."""
    lease_seconds: int = 120
    """Seconds without a heartbeat after which a writer counts as gone (FUNDWATCH_LEASE_SECONDS)."""
    max_upload_mb: int = 2048
    """Largest upload accepted, in MiB (FUNDWATCH_MAX_UPLOAD_MB)."""
    parse_memory_mb: int = 1536
    """Memory of the process that parses an upload, in MiB (FUNDWATCH_PARSE_MEMORY_MB)."""
    parse_seconds: int = 120
    """Seconds that parsing may take, besides two for each MiB of the file (FUNDWATCH_PARSE_SECONDS)."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings; a value out of range raises ConfigurationError."""
        home = Path(environment.get("FUNDWATCH_HOME") or "var").expanduser().absolute()
        keys = environment.get("FUNDWATCH_KEYS")
        memory = environment.get("FUNDWATCH_MEMORY_LIMIT") or "60%"
        if not _MEMORY.fullmatch(memory):
            raise _refused("FUNDWATCH_MEMORY_LIMIT", "应形如 4GB 或 60%", "write it as 4GB or 60%")
        return cls(
            home=home,
            database_url=environment.get("FUNDWATCH_DATABASE_URL") or f"sqlite:///{home / 'operations.sqlite'}",
            keys=Path(keys).expanduser().absolute() if keys else home / "keys",
            threads=_whole(environment, "FUNDWATCH_THREADS", 2, 1, 1024),
            memory_limit=memory,
            retention_months=_whole(environment, "FUNDWATCH_RETENTION_MONTHS", 36, 6, 1200),
            lease_seconds=_whole(environment, "FUNDWATCH_LEASE_SECONDS", 120, 5, 86_400),
            max_upload_mb=_whole(environment, "FUNDWATCH_MAX_UPLOAD_MB", 2048, 1, 1_048_576),
            parse_memory_mb=_whole(environment, "FUNDWATCH_PARSE_MEMORY_MB", 1536, 256, 1_048_576),
            parse_seconds=_whole(environment, "FUNDWATCH_PARSE_SECONDS", 120, 1, 86_400),
        )

    @property
    def institutions(self) -> Path:
        """Return the register of those who may report."""
        return self.home / "institutions.toml"

    @property
    def calendar(self) -> Path:
        """Return the holidays and make-up days that this installation entered besides those of the rules."""
        return self.home / "calendar.csv"

    @property
    def inbox(self) -> Path:
        """Return the folder that holds one inbox folder per institution code."""
        return self.home / "inbox"

    @property
    def landing(self) -> Path:
        """Return the folder of the uploaded bytes, sealed."""
        return self.home / "landing"

    @property
    def lake(self) -> Path:
        """Return the folder of the immutable Parquet files."""
        return self.home / "lake"

    @property
    def warehouse(self) -> Path:
        """Return the DuckDB file, which is disposable."""
        return self.home / "warehouse.duckdb"

    @property
    def models(self) -> Path:
        """Return the folder of the fitted detectors."""
        return self.home / "models"

    @property
    def temporary(self) -> Path:
        """Return the folder of scratch files, which hold clear text only while they are read."""
        return self.home / "temporary"

    @property
    def locks(self) -> Path:
        """Return the folder of the local lock files."""
        return self.home / "locks"


def _whole(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise _refused(name, f"应为 {least} 到 {most} 之间的整数", f"give a whole number from {least} to {most}")
    return int(text)


def _refused(name: str, zh: str, en: str) -> ConfigurationError:
    return ConfigurationError(
        f"环境变量 {name} 无效：{zh}。", f"environment variable {name} is not valid: {en}.", code="C101"
    )
