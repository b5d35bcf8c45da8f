"""Custody of keys: which key serves which use, where it lies, and how it is replaced.

The register in the operations database knows keys by fingerprint. File keys lie in the key folder; wrapped keys lie
in the register, sealed by the master key. A key that the register names and the folder lacks is never made anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from fundwatch.domain.errors import EngineError, FundwatchError
from fundwatch.store.operations import audit
from fundwatch.store.operations.tables import batch_keys, key_register
from fundwatch.store.operations.writing import insert_absent
from fundwatch.store.sealing import KeyFolder, fingerprint, new_key, seal, unseal

MASTER = "master"
"""Wraps the keys of batches and of the vault; a file."""
LOOKUP = "vault-lookup"
"""Keys the HMAC by which the vault finds an identity; a file, apart from the sealed originals."""
ORIGINALS = "vault-originals"
"""Seals the originals in the vault; wrapped by the master key."""


@dataclass(frozen=True, slots=True)
class KeyState:
    """A key that serves now: its use, fingerprint, since when, and where it lies."""

    use: str
    fingerprint: str
    since: datetime
    is_wrapped: bool
    """Whether it lies in the register, sealed by the master key, and not in a file."""
    trouble: FundwatchError | None
    """What is wrong with its file, None when it can be read."""


@dataclass(frozen=True, slots=True)
class Custody:
    """Access to keys; the caller brings the transaction."""

    folder: KeyFolder

    def file_key(self, connection: Connection, use: str, now: datetime) -> bytes:
        """Return the key of a use that lies in a file, made on the very first call.

        Raises ConfigurationError when a registered key's file is missing, damaged or open to others.
        """
        mark = registered(connection, use)
        if mark is None:
            key = self.folder.create(use)
            row = {"use": use, "fingerprint": fingerprint(key), "wrapped_key": None, "since": now}
            insert_absent(connection, key_register, [row])
            mark = registered(connection, use)
            if mark != fingerprint(key):
                # Another program was first: its key holds.
                self.folder.path(use, fingerprint(key)).unlink()
        return self.folder.read(use, mark or "")

    def wrapped_key(self, connection: Connection, use: str, now: datetime) -> bytes:
        """Return the key of a use that lies in the register, sealed by the master key; made on the first call."""
        master = self.file_key(connection, MASTER, now)
        query = select(key_register.c.wrapped_key).where(key_register.c.use == use)
        sealed = connection.execute(query).scalar()
        if sealed is None:
            key = new_key()
            wrapped = seal(key, master, use.encode())
            row = {"use": use, "fingerprint": fingerprint(key), "wrapped_key": wrapped, "since": now}
            insert_absent(connection, key_register, [row])
            sealed = connection.execute(query).scalar()
        if sealed is None:
            raise EngineError("密钥登记失败，请重试。", "a key could not be registered; try again.", code="E209")
        return unseal(sealed, master, use.encode())

    def states(self, connection: Connection) -> list[KeyState]:
        """Return the keys that serve now, by use; nothing is made."""
        found = []
        for row in connection.execute(select(key_register).order_by(key_register.c.use)):
            is_wrapped = row.wrapped_key is not None
            found.append(
                KeyState(row.use, row.fingerprint, row.since, is_wrapped, None if is_wrapped else self._trouble(row))
            )
        return found

    def _trouble(self, row: Row[Any]) -> FundwatchError | None:
        try:
            self.folder.read(row.use, row.fingerprint)
        except FundwatchError as error:
            return error
        return None

    def replace_file_key(self, connection: Connection, use: str, now: datetime) -> bytes:
        """Make a new key for a use and register it within the caller's transaction; the old file stays."""
        key = self.folder.create(use)
        values = {"fingerprint": fingerprint(key), "since": now}
        if connection.execute(update(key_register).where(key_register.c.use == use).values(**values)).rowcount == 0:
            connection.execute(insert(key_register).values(use=use, **values))
        return key

    def rotate_master(self, connection: Connection, *, now: datetime, actor: str) -> int:
        """Replace the master key and wrap every wrapped key anew; return how many. Sealed files stay as they are."""
        old = self.file_key(connection, MASTER, now)
        new = self.replace_file_key(connection, MASTER, now)
        count = 0
        for row in connection.execute(select(key_register).where(key_register.c.wrapped_key.is_not(None))).all():
            about = row.use.encode()
            wrapped = seal(unseal(row.wrapped_key, old, about), new, about)
            connection.execute(update(key_register).where(key_register.c.use == row.use).values(wrapped_key=wrapped))
            count += 1
        for row in connection.execute(select(batch_keys).where(batch_keys.c.wrapped_key.is_not(None))).all():
            about = row.sha256.encode()
            wrapped = seal(unseal(row.wrapped_key, old, about), new, about)
            own = batch_keys.c.sha256 == row.sha256
            connection.execute(update(batch_keys).where(own).values(wrapped_key=wrapped, master=fingerprint(new)))
            count += 1
        detail = {"fingerprint": fingerprint(new), "wrapped": count}
        audit.append(connection, now=now, actor=actor, action="rotate_key", subject=MASTER, detail=detail)
        return count


def registered(connection: Connection, use: str) -> str | None:
    """Return the fingerprint of the key that serves a use now, None before the first."""
    return connection.execute(select(key_register.c.fingerprint).where(key_register.c.use == use)).scalar()
