"""The works that an application was offered by: the option's key and the rating of the transformer put in."""

import sqlalchemy as sa
from alembic import op

revision = "r002"
down_revision = "r001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two more columns; applications taken in before need no works."""
    op.add_column("applications", sa.Column("works_option", sa.String(250)))
    op.add_column("applications", sa.Column("works_kva", sa.Float()))


def downgrade() -> None:
    """What applications wait for would be lost, and their capacity promised again."""
    raise NotImplementedError("a register is taken back from a backup")
