"""The state of the keys, as an administrator sees it: looked at, never made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from fundwatch.store.custody import LOOKUP, MASTER, ORIGINALS, Custody
from fundwatch.store.operations.database import reading, writing


def test_keys_are_told_by_where_they_lie_and_what_is_wrong(engine: Engine, custody: Custody, now: datetime) -> None:
    with reading(engine) as connection:
        assert custody.states(connection) == []
    with writing(engine) as connection:
        custody.wrapped_key(connection, ORIGINALS, now)
        custody.file_key(connection, LOOKUP, now)
    with reading(engine) as connection:
        found = {one.use: one for one in custody.states(connection)}
    assert [(use, found[use].is_wrapped) for use in (MASTER, LOOKUP, ORIGINALS)] == [
        (MASTER, False),
        (LOOKUP, False),
        (ORIGINALS, True),
    ]
    assert not [one for one in found.values() if one.trouble]
    custody.folder.path(MASTER, found[MASTER].fingerprint).chmod(0o644)
    custody.folder.path(LOOKUP, found[LOOKUP].fingerprint).unlink()
    with reading(engine) as connection:
        found = {one.use: one for one in custody.states(connection)}
    assert "chmod 600" in str(found[MASTER].trouble)
    assert "缺失" in str(found[LOOKUP].trouble)
