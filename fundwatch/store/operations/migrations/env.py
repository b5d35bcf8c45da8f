"""Alembic's entry: migrates on the connection that ``database.upgrade`` hands over, within its transaction."""

from __future__ import annotations

from alembic import context

from fundwatch.store.operations.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()
