"""Types, names and short forms that the tables of the operations database share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Integer, MetaData, Text, TypeDecorator
from sqlalchemy.types import TypeEngine


class Instant(TypeDecorator[datetime]):
    """A UTC-aware instant; a naive one is refused, since nobody could say what it means."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the engine stores."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into what the engine stores; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn what the engine stores into an aware instant."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only where the key is declared INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def text_column(name: str, *, nullable: bool = False) -> Column[str]:
    """Return a column of text."""
    return Column(name, Text, nullable=nullable)


def instant_column(name: str, *, nullable: bool = False) -> Column[datetime]:
    """Return a column of UTC-aware instants."""
    return Column(name, Instant, nullable=nullable)
