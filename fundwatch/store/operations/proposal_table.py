"""The table of proposed tunings."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Date, Integer, Table, Text

from fundwatch.store.operations.columns import Serial, instant_column, metadata, text_column

tuning_proposals = Table(
    "tuning_proposals",
    metadata,
    Column("proposal", Serial, primary_key=True, autoincrement=True),
    Column("rule_id", Text, nullable=False, index=True),
    Column("rule_version", Integer, nullable=False),
    Column("former", JSON, nullable=False),
    Column("wanted", JSON, nullable=False),
    Column("from_day", Date, nullable=False),
    text_column("author"),
    text_column("reason"),
    instant_column("proposed_at"),
    text_column("state"),
    text_column("decided_by", nullable=True),
    instant_column("decided_at", nullable=True),
    text_column("decision_note", nullable=True),
    CheckConstraint("state IN ('proposed', 'approved', 'rejected')", name="known_state"),
    CheckConstraint("decided_by IS NULL OR decided_by <> author", name="two_persons"),
)
