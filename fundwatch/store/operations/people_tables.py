"""The tables of people, of their sessions, and of the tokens by which institutions' machines hand files in."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from fundwatch.store.operations.columns import Serial, instant_column, metadata, text_column

people = Table(
    "people",
    metadata,
    Column("person", Serial, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    text_column("display_name"),
    text_column("role"),
    Column("institutions", JSON, nullable=False),
    text_column("region", nullable=True),
    text_column("password_hash"),
    Column("must_change_password", Boolean, nullable=False),
    Column("totp_secret", LargeBinary, nullable=True),
    Column("totp_step", BigInteger, nullable=True),
    text_column("state"),
    Column("failures", Integer, nullable=False),
    instant_column("failed_at", nullable=True),
    instant_column("signed_in_at", nullable=True),
    instant_column("made_at"),
    CheckConstraint("state IN ('active', 'disabled')", name="known_state"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("person", Serial, ForeignKey("people.person"), nullable=False, index=True),
    text_column("csrf"),
    Column("second_factor", Boolean, nullable=False),
    instant_column("made_at"),
    instant_column("seen_at"),
    instant_column("ended_at", nullable=True),
)
access_tokens = Table(
    "access_tokens",
    metadata,
    Column("token", Serial, primary_key=True, autoincrement=True),
    Column("digest", Text, nullable=False, unique=True),
    text_column("institution"),
    text_column("label"),
    text_column("made_by"),
    instant_column("made_at"),
    instant_column("used_at", nullable=True),
    instant_column("revoked_at", nullable=True),
)
