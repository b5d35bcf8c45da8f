"""The identity vault: identity numbers become tokens; the originals rest sealed and are shown only on the record.

A token is made once, when an identity is first seen, and found again by a second digest, the lookup, which is keyed
and can be made anew from the sealed originals. So a lost or rotated lookup key changes no token and breaks no join.
See docs/decisions/0002-identity-vault.md.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, select, update

from fundwatch.domain.errors import BusyError, ConfigurationError, EngineError, InputError
from fundwatch.store.custody import LOOKUP, ORIGINALS, Custody, registered
from fundwatch.store.operations import audit
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.tables import vault_entries
from fundwatch.store.operations.writing import insert_absent, slices
from fundwatch.store.sealing import fingerprint, seal, unseal


@dataclass(frozen=True, slots=True)
class Vault:
    """The vault of one installation."""

    engine: Engine
    custody: Custody

    def tokens(self, values: Sequence[str], *, now: datetime) -> Mapping[str, str]:
        """Return the token of every value: ``T`` and 32 hex digits of its HMAC-SHA256 when first seen.

        Values are normalised identity numbers, duplicates allowed. New ones are sealed and entered, all or none.
        Raises InputError for an empty value, ConfigurationError when the lookup key is not where it should be.
        """
        wanted = sorted(set(values))
        if wanted and not wanted[0].strip():
            raise InputError("证件号码为空，不能换取代号。", "an empty identity number has no token.", code="F321")
        key = self._lookup_key(now)
        digests = {value: _digest(key, value) for value in wanted}
        with reading(self.engine) as connection:
            known = _known(connection, list(digests.values()))
        missing = [value for value in wanted if digests[value] not in known]
        if missing:
            known |= self._enter({value: digests[value] for value in missing}, fingerprint(key), now)
        return {value: known[digests[value]] for value in wanted}

    def reveal(self, token: str, *, actor: str, reason: str, now: datetime) -> str:
        """Return the original of a token and put it on the record; the record is written first.

        Raises InputError without a reason, and, on the record too, for a token that the vault does not hold.
        """
        if not reason.strip():
            raise InputError("查看原始证件号须填写理由。", "state the reason for seeing an original.", code="F322")
        with writing(self.engine) as connection:
            sealed = connection.execute(select(vault_entries.c.sealed).where(vault_entries.c.token == token)).scalar()
            detail = {"reason": reason.strip(), "found": sealed is not None}
            audit.append(connection, now=now, actor=actor, action="reveal", subject=token, detail=detail)
            original = self.custody.wrapped_key(connection, ORIGINALS, now) if sealed is not None else b""
        if sealed is None:
            raise InputError("保管库中没有这个代号。", "the vault holds no such token.", code="F323", place=token)
        return unseal(sealed, original, token.encode()).decode("utf-8")

    def rekey(self, *, now: datetime, actor: str) -> int:
        """Make a new lookup key and every lookup anew from the originals; return how many.

        For rotation and after loss alike: the former key is not needed, and every token stays what it was.
        """
        with writing(self.engine) as connection:
            originals = self.custody.wrapped_key(connection, ORIGINALS, now)
            key = self.custody.replace_file_key(connection, LOOKUP, now)
            rows = connection.execute(select(vault_entries.c.token, vault_entries.c.sealed)).all()
            own = update(vault_entries).where(vault_entries.c.token == bindparam("own"))
            for part in slices(rows):
                lookups = [
                    {
                        "own": row.token,
                        "lookup": _digest(key, unseal(row.sealed, originals, row.token.encode()).decode("utf-8")),
                    }
                    for row in part
                ]
                connection.execute(own, lookups)
            detail = {"fingerprint": fingerprint(key), "entries": len(rows)}
            audit.append(connection, now=now, actor=actor, action="rotate_key", subject=LOOKUP, detail=detail)
        return len(rows)

    def _lookup_key(self, now: datetime) -> bytes:
        with reading(self.engine) as connection:
            mark = registered(connection, LOOKUP)
            is_used = connection.execute(select(vault_entries.c.token).limit(1)).first() is not None
        if mark is not None and is_used and not self.custody.folder.holds(LOOKUP, mark):
            raise ConfigurationError(
                "保管库的检索密钥缺失：请从密钥备份恢复；确已丢失时由管理员重建检索密钥，代号不变。",
                "the vault's lookup key is missing: restore it from the key backup, or, if it is lost for good, "
                "let the administrator re-key the vault; tokens stay as they are.",
                code="C304",
            )
        if mark is not None:
            return self.custody.folder.read(LOOKUP, mark)
        with writing(self.engine) as connection:
            return self.custody.file_key(connection, LOOKUP, now)

    def _enter(self, digests: Mapping[str, bytes], mark: str, now: datetime) -> dict[bytes, str]:
        """Seal and enter new identities; return their tokens, also those that another program entered meanwhile."""
        with writing(self.engine) as connection:
            if registered(connection, LOOKUP) != mark:
                raise BusyError(
                    "保管库正在更换密钥，请稍后重试。", "the vault was re-keyed meanwhile; try again.", code="B107"
                )
            originals = self.custody.wrapped_key(connection, ORIGINALS, now)
            for part in slices(list(digests.items())):
                rows = []
                for value, digest in part:
                    token = f"T{digest.hex()[:32]}"
                    sealed = seal(value.encode("utf-8"), originals, token.encode())
                    rows.append({"token": token, "lookup": digest, "sealed": sealed})
                insert_absent(connection, vault_entries, rows)
            entered = _known(connection, list(digests.values()))
        if len(entered) != len(digests):
            raise EngineError(
                "保管库写入不完整，请重试。", "the vault did not keep every entry; try again.", code="E211"
            )
        return entered


def _digest(key: bytes, value: str) -> bytes:
    return hmac.new(key, value.encode("utf-8"), hashlib.sha256).digest()


def _known(connection: Connection, digests: Sequence[bytes]) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for part in slices(digests):
        query = select(vault_entries.c.lookup, vault_entries.c.token).where(vault_entries.c.lookup.in_(part))
        found |= {bytes(row.lookup): str(row.token) for row in connection.execute(query)}
    return found
