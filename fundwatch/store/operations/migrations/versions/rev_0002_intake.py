"""Intake: what a batch of corrected rows completes, and the quality score of a batch.

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batches", sa.Column("completes", sa.Text(), nullable=True))
    op.add_column("batches", sa.Column("quality", sa.Integer(), nullable=True))
