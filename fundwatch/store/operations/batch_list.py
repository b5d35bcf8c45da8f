"""Batches as a page lists them: newest first, of whom a person may see, found by number or file name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields

from sqlalchemy import ColumnElement, Connection, func, or_, select

from fundwatch.store.operations.ledger import Batch
from fundwatch.store.operations.tables import batches

_COLUMNS = tuple(batches.c[entry.name] for entry in fields(Batch))


def listed(
    connection: Connection,
    institutions: Collection[str] | None,
    *,
    text: str = "",
    state: str = "",
    institution: str = "",
    most: int = 50,
    offset: int = 0,
) -> tuple[list[Batch], int]:
    """Return a page of batches and how many there are in all; ``institutions`` None is everybody's.

    ``text`` is part of a batch's number or of a file's name.
    """
    wanted: list[ColumnElement[bool]] = []
    if institutions is not None:
        wanted.append(batches.c.institution.in_(sorted(institutions)))
    if institution:
        wanted.append(batches.c.institution == institution)
    if state:
        wanted.append(batches.c.state == state)
    if text:
        wanted.append(
            or_(
                batches.c.batch.icontains(text, autoescape=True),
                batches.c.file_name.icontains(text, autoescape=True),
            )
        )
    total = connection.execute(select(func.count()).select_from(batches).where(*wanted)).scalar_one()
    query = select(*_COLUMNS).where(*wanted).order_by(batches.c.number.desc()).limit(most).offset(offset)
    return [Batch(**row._mapping) for row in connection.execute(query)], int(total)


def that_speak_of(
    connection: Connection, institutions: Collection[str] | None, first_day: int, last_day: int
) -> list[Batch]:
    """Return the batches that speak of any day of a range and have not ended, in order of arrival."""
    wanted = [
        batches.c.first_day <= last_day,
        batches.c.last_day >= first_day,
        batches.c.state.not_in(["retracted", "superseded"]),
    ]
    if institutions is not None:
        wanted.append(batches.c.institution.in_(sorted(institutions)))
    return [
        Batch(**row._mapping) for row in connection.execute(select(*_COLUMNS).where(*wanted).order_by(batches.c.number))
    ]
