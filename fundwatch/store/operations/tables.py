"""Tables of the operations database; ``migrations`` make them, ``tests/store/operations`` compares the two."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from fundwatch.store.operations import columns, people_tables, proposal_table
from fundwatch.store.operations.columns import Instant, Serial
from fundwatch.store.operations.columns import instant_column as _at
from fundwatch.store.operations.columns import text_column as _text

metadata = columns.metadata
tuning_proposals = proposal_table.tuning_proposals
people = people_tables.people
sessions = people_tables.sessions
access_tokens = people_tables.access_tokens
batches = Table(
    "batches",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("batch", Text, nullable=False, unique=True),
    _text("state"),
    _text("sha256"),
    Column("generation", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    _text("file_name"),
    _text("institution"),
    _text("legal_basis"),
    _text("contract", nullable=True),
    _text("contract_version", nullable=True),
    _text("corrects", nullable=True),
    _text("completes", nullable=True),
    Column("quality", Integer),
    Column("rows_read", BigInteger),
    Column("rows_accepted", BigInteger),
    Column("rows_quarantined", BigInteger),
    Column("first_day", Integer),
    Column("last_day", Integer),
    _at("received_at"),
    _text("received_by"),
    _at("checked_at", nullable=True),
    _at("loaded_at", nullable=True),
    _at("ended_at", nullable=True),
    _text("ended_reason", nullable=True),
    UniqueConstraint("institution", "sha256", "generation"),
    CheckConstraint(
        "state IN ('received', 'checked', 'loaded', 'retracted', 'superseded', 'rejected')", name="known_state"
    ),
    Index(None, "institution", "state"),
)
receipts = Table(
    "receipts",
    metadata,
    Column("receipt", Serial, primary_key=True, autoincrement=True),
    Column("batch", Text, ForeignKey("batches.batch"), nullable=False, index=True),
    _text("verdict"),
    _text("content_hash"),
    Column("content", JSON, nullable=False),
    _at("made_at"),
    UniqueConstraint("batch", "content_hash"),
)
batch_keys = Table(
    "batch_keys",
    metadata,
    Column("sha256", Text, primary_key=True),
    _text("path"),
    Column("size", BigInteger, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=True),
    _text("master"),
    _at("landed_at"),
    _at("purged_at", nullable=True),
)
manifests = Table(
    "manifests",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("manifest_id", Text, nullable=False, index=True),
    _text("parent"),
    Column("as_of", Integer),
    Column("committed_at", Instant, nullable=False, index=True),
)
# A file belongs to all manifests from ``added`` up to but not including ``removed``: a night costs its own files only.
manifest_files = Table(
    "manifest_files",
    metadata,
    Column("entry", Serial, primary_key=True, autoincrement=True),
    Column("added", BigInteger, ForeignKey("manifests.number"), nullable=False, index=True),
    Column("removed", BigInteger, ForeignKey("manifests.number"), nullable=True, index=True),
    _text("relation"),
    _text("partition"),
    _text("role"),
    _text("path"),
    _text("sha256"),
    Column("rows", BigInteger, nullable=False),
    _text("institution"),
    Column("number", BigInteger, nullable=False),
    Column("state_day", Integer, nullable=False),
)
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("token", BigInteger, nullable=False),
    _text("holder"),
    Column("held", Boolean, nullable=False),
    _at("acquired_at"),
    _at("expires_at"),
)
alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", Text, primary_key=True),
    _text("anchor"),
    Column("episode", Integer, nullable=False),
    _text("state"),
    Column("score", Float(53), nullable=False),
    _text("level"),
    _text("county", nullable=True),
    Column("first_seen", Date, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("version", Integer, nullable=False),
    _text("content_hash"),
    Column("revision", Integer, nullable=False),
    _text("claimed_by", nullable=True),
    _at("claim_expires_at", nullable=True),
    _at("updated_at"),
    UniqueConstraint("anchor", "episode"),
    Index("ix_alerts_queue", "state", "score", "alert_id"),
    Index("ix_alerts_claims", "state", "claim_expires_at"),
    Index(None, "county", "state"),
)
alert_versions = Table(
    "alert_versions",
    metadata,
    Column("alert_id", Text, ForeignKey("alerts.alert_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    _text("manifest_id"),
    Column("as_of", Date, nullable=False, index=True),
    Column("score", Float(53), nullable=False),
    _text("level"),
    _text("county", nullable=True),
    _text("content_hash"),
    Column("content", JSON, nullable=False),
    _at("made_at"),
)
alert_events = Table(
    "alert_events",
    metadata,
    Column("event", Serial, primary_key=True, autoincrement=True),
    Column("alert_id", Text, ForeignKey("alerts.alert_id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    _text("kind"),
    _text("from_state", nullable=True),
    _text("to_state"),
    _text("actor"),
    _at("happened_at"),
    Column("content", JSON, nullable=False),
)
alert_facts = Table(
    "alert_facts",
    metadata,
    Column("alert_id", Text, ForeignKey("alerts.alert_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content", JSON, nullable=False),
)
alert_orders = Table(
    "alert_orders",
    metadata,
    Column("ranker_id", Text, primary_key=True),
    Column("alert_id", Text, ForeignKey("alerts.alert_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("value", Float(53), nullable=False),
)
control_samples = Table(
    "control_samples",
    metadata,
    Column("sample_id", Text, primary_key=True),
    Column("as_of", Date, nullable=False, index=True),
    _text("manifest_id"),
    _text("subject"),
    _text("stratum"),
    Column("population", BigInteger, nullable=False),
    Column("content", JSON, nullable=False),
    _at("made_at"),
)
control_events = Table(
    "control_events",
    metadata,
    Column("event", Serial, primary_key=True, autoincrement=True),
    Column("sample_id", Text, ForeignKey("control_samples.sample_id"), nullable=False, index=True),
    _text("kind"),
    _text("actor"),
    _at("happened_at"),
    Column("content", JSON, nullable=False),
)
findings = Table(
    "findings",
    metadata,
    Column("finding_id", Text, primary_key=True),
    _text("kind"),
    Column("as_of", Date, nullable=False),
    _text("manifest_id"),
    Column("content", JSON, nullable=False),
    _at("made_at"),
)
nights = Table(
    "nights",
    metadata,
    Column("as_of", Date, primary_key=True),
    Column("manifest_id", Text, primary_key=True),
    _text("status"),
    Column("counts", JSON, nullable=False),
    _at("finished_at"),
)
zero_reports = Table(
    "zero_reports",
    metadata,
    Column("institution", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    _text("declared_by"),
    _at("declared_at"),
)
tuning = Table(
    "tuning",
    metadata,
    Column("change", Serial, primary_key=True, autoincrement=True),
    Column("rule_id", Text, nullable=False, index=True),
    _text("parameter"),
    Column("value", JSON, nullable=False),
    Column("from_day", Date, nullable=False),
    _text("author"),
    _text("approver"),
    _text("reason"),
    _at("approved_at"),
    CheckConstraint("author <> approver", name="two_persons"),
)
key_register = Table(
    "key_register",
    metadata,
    Column("use", Text, primary_key=True),
    _text("fingerprint"),
    Column("wrapped_key", LargeBinary, nullable=True),
    _at("since"),
)
vault_entries = Table(
    "vault_entries",
    metadata,
    Column("token", Text, primary_key=True),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    _at("happened_at"),
    _text("actor"),
    _text("action"),
    _text("subject"),
    Column("detail", JSON, nullable=False),
    _text("previous"),
    _text("digest"),
)
audit_head = Table(
    "audit_head",
    metadata,
    Column("one", Integer, primary_key=True),
    Column("entry", BigInteger, nullable=False),
    _text("digest"),
)
APPEND_ONLY = ("alert_versions", "alert_events", "audit", "alert_facts", "control_samples", "control_events")
"""Tables whose rows the database itself refuses to change or delete."""
