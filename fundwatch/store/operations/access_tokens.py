"""Access tokens: by which an institution's machine hands files in. The database knows only their SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from fundwatch.domain.errors import InputError
from fundwatch.store.operations import audit
from fundwatch.store.operations.people_tables import access_tokens

_PREFIX = "fw_"
"""Lets scanners for lost secrets know one when they see it."""
_BYTES = 32


@dataclass(frozen=True, slots=True)
class AccessToken:
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
    number = int(connection.execute(insert(access_tokens).values(**row).returning(access_tokens.c.token)).scalar_one())
    detail = {"institution": institution}
    audit.append(connection, now=now, actor=actor, action="token_issued", subject=f"token:{number}", detail=detail)
    return number, text


def holder(connection: Connection, text: str, *, now: datetime) -> AccessToken | None:
    """Return whose a token is and mark it used; None for one that was never made or no longer holds."""
    mark = (access_tokens.c.digest == _digest(text)) & access_tokens.c.revoked_at.is_(None)
    row = connection.execute(update(access_tokens).where(mark).values(used_at=now).returning(*_COLUMNS)).first()
    return None if row is None else AccessToken(*row)


def listed(connection: Connection) -> list[AccessToken]:
    """Return every token, by number."""
    return [AccessToken(*row) for row in connection.execute(select(*_COLUMNS).order_by(access_tokens.c.token))]


def revoke(connection: Connection, number: int, *, actor: str, now: datetime) -> None:
    """Let a token hold no more; raise InputError when there is none of this number, or it held no more already."""
    mark = (access_tokens.c.token == number) & access_tokens.c.revoked_at.is_(None)
    if connection.execute(update(access_tokens).where(mark).values(revoked_at=now)).rowcount == 0:
        raise InputError(
            "没有这个有效令牌，请用 fundwatch token list 核对。",
            "no token of this number holds; see fundwatch token list.",
            code="U121",
        )
    audit.append(connection, now=now, actor=actor, action="token_revoked", subject=f"token:{number}", detail={})


_COLUMNS = (
    access_tokens.c.token,
    access_tokens.c.institution,
    access_tokens.c.label,
    access_tokens.c.made_by,
    access_tokens.c.made_at,
    access_tokens.c.used_at,
    access_tokens.c.revoked_at,
)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
