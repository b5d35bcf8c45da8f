"""Tokens: by which an institution's machine hands files in. The database knows only their SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from fundwatch.domain.errors import InputError
from fundwatch.store.operations import audit
from fundwatch.store.operations.people_tables import tokens

_PREFIX = "fw_"
"""Lets scanners for lost secrets know one when they see it."""
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token: its number, whose it is, what for, and until when it held."""

    number: int
    institution: str
    label: str
    made_by: str
    made_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def issue(connection: Connection, *, institution: str, label: str, actor: str, now: datetime) -> tuple[int, str]:
    """Make a token and return its number and its text, which is kept nowhere else; a label is required."""
    if not label.strip():
        raise InputError("令牌须注明用途。", "say what the token is for.", code="U120")
    text = _PREFIX + secrets.token_urlsafe(_BYTES)
    row = {
        "digest": _digest(text),
        "institution": institution,
        "label": label.strip(),
        "made_by": actor,
        "made_at": now,
    }
    number = int(connection.execute(insert(tokens).values(**row).returning(tokens.c.token)).scalar_one())
    detail = {"institution": institution}
    audit.append(connection, now=now, actor=actor, action="token_issued", subject=f"token:{number}", detail=detail)
    return number, text


def holder(connection: Connection, text: str, *, now: datetime) -> Token | None:
    """Return whose a token is and mark it used; None for one that was never made or no longer holds."""
    mark = (tokens.c.digest == _digest(text)) & tokens.c.revoked_at.is_(None)
    row = connection.execute(update(tokens).where(mark).values(used_at=now).returning(*_COLUMNS)).first()
    return None if row is None else Token(*row)


def listed(connection: Connection) -> list[Token]:
    """Return every token, by number."""
    return [Token(*row) for row in connection.execute(select(*_COLUMNS).order_by(tokens.c.token))]


def revoke(connection: Connection, number: int, *, actor: str, now: datetime) -> None:
    """Let a token hold no more; raise InputError when there is none of this number, or it held no more already."""
    mark = (tokens.c.token == number) & tokens.c.revoked_at.is_(None)
    if connection.execute(update(tokens).where(mark).values(revoked_at=now)).rowcount == 0:
        raise InputError(
            "没有这个有效令牌，请用 fundwatch token list 核对。",
            "no token of this number holds; see fundwatch token list.",
            code="U121",
        )
    audit.append(connection, now=now, actor=actor, action="token_revoked", subject=f"token:{number}", detail={})


_COLUMNS = (
    tokens.c.token,
    tokens.c.institution,
    tokens.c.label,
    tokens.c.made_by,
    tokens.c.made_at,
    tokens.c.used_at,
    tokens.c.revoked_at,
)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
