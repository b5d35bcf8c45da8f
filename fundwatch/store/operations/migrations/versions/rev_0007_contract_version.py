"""The version of the contract that judged a batch.

Revision: 0007, after 0006. Batches judged before have none: it was not kept.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batches", sa.Column("contract_version", sa.Text(), nullable=True))
