"""The first schema: ledger, landing keys, manifests, leases, alert queue, vault and audit.

Revision: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("alert_versions", "alert_events", "audit")


def upgrade() -> None:
    _ledger()
    _landing_and_zero_reports()
    _manifests()
    _runs()
    _queue()
    _keys_and_audit()
    op.execute("INSERT INTO audit_head (one, entry, digest) VALUES (1, 0, '')")
    for table in APPEND_ONLY:
        _refuse_changes(table)


def _refuse_changes(table: str) -> None:
    """Let the database itself refuse to change or delete a row."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )


def _ledger() -> None:
    op.create_table(
        "batches",
        sa.Column("number", SERIAL, autoincrement=True, nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("corrects", sa.Text(), nullable=True),
        sa.Column("rows_read", sa.BigInteger(), nullable=True),
        sa.Column("rows_accepted", sa.BigInteger(), nullable=True),
        sa.Column("rows_quarantined", sa.BigInteger(), nullable=True),
        sa.Column("first_day", sa.Integer(), nullable=True),
        sa.Column("last_day", sa.Integer(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("loaded_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('received', 'checked', 'loaded', 'retracted', 'superseded', 'rejected')",
            name=op.f("ck_batches_known_state"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_batches")),
        sa.UniqueConstraint("batch", name=op.f("uq_batches_batch")),
        sa.UniqueConstraint(
            "institution", "sha256", "generation", name=op.f("uq_batches_institution_sha256_generation")
        ),
    )
    op.create_index(op.f("ix_batches_institution_state"), "batches", ["institution", "state"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("receipt", SERIAL, autoincrement=True, nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.batch"], name=op.f("fk_receipts_batch")),
        sa.PrimaryKeyConstraint("receipt", name=op.f("pk_receipts")),
        sa.UniqueConstraint("batch", "content_hash", name=op.f("uq_receipts_batch_content_hash")),
    )
    op.create_index(op.f("ix_receipts_batch"), "receipts", ["batch"], unique=False)


def _landing_and_zero_reports() -> None:
    op.create_table(
        "batch_keys",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("master", sa.Text(), nullable=False),
        sa.Column("landed_at", INSTANT, nullable=False),
        sa.Column("purged_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_batch_keys")),
    )
    op.create_table(
        "zero_reports",
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("declared_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("institution", "day", name=op.f("pk_zero_reports")),
    )


def _manifests() -> None:
    op.create_table(
        "manifests",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("manifest_id", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Integer(), nullable=True),
        sa.Column("committed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_manifests")),
    )
    op.create_index(op.f("ix_manifests_committed_at"), "manifests", ["committed_at"], unique=False)
    op.create_index(op.f("ix_manifests_manifest_id"), "manifests", ["manifest_id"], unique=False)
    op.create_table(
        "manifest_files",
        sa.Column("entry", SERIAL, autoincrement=True, nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=True),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("partition", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state_day", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added"], ["manifests.number"], name=op.f("fk_manifest_files_added")),
        sa.ForeignKeyConstraint(["removed"], ["manifests.number"], name=op.f("fk_manifest_files_removed")),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_manifest_files")),
    )
    op.create_index(op.f("ix_manifest_files_added"), "manifest_files", ["added"], unique=False)
    op.create_index(op.f("ix_manifest_files_removed"), "manifest_files", ["removed"], unique=False)


def _runs() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("acquired_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "nights",
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("manifest_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("finished_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("as_of", "manifest_id", name=op.f("pk_nights")),
    )
    op.create_table(
        "findings",
        sa.Column("finding_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("manifest_id", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_findings")),
    )
    op.create_table(
        "tuning",
        sa.Column("change", SERIAL, autoincrement=True, nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("parameter", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approved_at", INSTANT, nullable=False),
        sa.CheckConstraint("author <> approver", name=op.f("ck_tuning_two_persons")),
        sa.PrimaryKeyConstraint("change", name=op.f("pk_tuning")),
    )
    op.create_index(op.f("ix_tuning_rule_id"), "tuning", ["rule_id"], unique=False)


def _queue() -> None:
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(precision=53), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=True),
        sa.Column("first_seen", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claim_expires_at", INSTANT, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("anchor", "episode", name=op.f("uq_alerts_anchor_episode")),
    )
    op.create_index("ix_alerts_claims", "alerts", ["state", "claim_expires_at"], unique=False)
    op.create_index(op.f("ix_alerts_county_state"), "alerts", ["county", "state"], unique=False)
    op.create_index("ix_alerts_queue", "alerts", ["state", "score", "alert_id"], unique=False)
    op.create_table(
        "alert_versions",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("manifest_id", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("score", sa.Float(precision=53), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.alert_id"], name=op.f("fk_alert_versions_alert_id")),
        sa.PrimaryKeyConstraint("alert_id", "version", name=op.f("pk_alert_versions")),
    )
    op.create_index(op.f("ix_alert_versions_as_of"), "alert_versions", ["as_of"], unique=False)
    op.create_table(
        "alert_events",
        sa.Column("event", SERIAL, autoincrement=True, nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.alert_id"], name=op.f("fk_alert_events_alert_id")),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_alert_events")),
    )
    op.create_index(op.f("ix_alert_events_alert_id"), "alert_events", ["alert_id"], unique=False)


def _keys_and_audit() -> None:
    op.create_table(
        "key_register",
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("use", name=op.f("pk_key_register")),
    )
    op.create_table(
        "vault_entries",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_vault_entries")),
        sa.UniqueConstraint("lookup", name=op.f("uq_vault_entries_lookup")),
    )
    op.create_table(
        "audit",
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_audit")),
    )
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_audit_head")),
    )
