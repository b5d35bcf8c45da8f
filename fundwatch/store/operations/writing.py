"""Small pieces that all writers of the operations database share: canonical JSON, insert-if-absent, slices."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

SLICE = 1000
"""Values of one IN list: under the limits of both engines."""
_Item = TypeVar("_Item")


def canonical(content: object) -> str:
    """Return the one JSON text of a content: sorted keys, no spaces, no NaN."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_hash(content: object) -> str:
    """Return the sha256 of the canonical JSON of a content."""
    return hashlib.sha256(canonical(content).encode("utf-8")).hexdigest()


def insert_absent(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that offend no unique key and leave the others as they are."""
    if not rows:
        return
    insert = insert_postgresql if connection.dialect.name == "postgresql" else insert_sqlite
    connection.execute(insert(table).on_conflict_do_nothing(), [dict(row) for row in rows])


def slices(items: Sequence[_Item], size: int = SLICE) -> Iterator[Sequence[_Item]]:
    """Yield the items in runs of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
