"""The register: applications, their history, the versions of what they share."""

import sqlalchemy as sa
from alembic import op

revision = "r001"
down_revision = None
branch_labels = None
depends_on = None

_REFUSE = {
    "sqlite": [
        f"""CREATE TRIGGER history_no_{verb.lower()} BEFORE {verb} ON history
        BEGIN SELECT RAISE(ABORT, 'the history of the register is only ever added to'); END"""
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        """CREATE FUNCTION history_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the history of the register is only ever added to'; END $$""",
        """CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history
        FOR EACH STATEMENT EXECUTE FUNCTION history_refuse()""",
    ],
}


def upgrade() -> None:
    """Make the tables, and have the database refuse every change of the history."""
    dialect = op.get_bind().dialect.name
    moment = sa.DateTime() if dialect == "sqlite" else sa.DateTime(timezone=True)
    op.create_table(
        "about",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_about"),
    )
    op.create_table(
        "applications",
        sa.Column("application_id", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("p_kw", sa.Float(), nullable=False),
        sa.Column("customer_kind", sa.String(40), nullable=False),
        sa.Column("category", sa.String(40)),
        sa.Column("area_class", sa.String(20)),
        sa.Column("voltage", sa.String(4), nullable=False),
        sa.Column("supply", sa.String(20), nullable=False),
        sa.Column("urgent_kw", sa.Float()),
        sa.Column("power_factor", sa.Float()),
        sa.Column("phases", sa.String(1)),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("transformer_id", sa.String(200)),
        sa.Column("node_id", sa.String(200)),
        sa.Column("feeder_id", sa.String(200)),
        sa.Column("energise_on", sa.Date()),
        sa.Column("customer", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("received_at", sa.DateTime()),
        sa.Column("energised_at", moment),
        sa.Column("offer_valid_until", sa.Date()),
        sa.Column("reserved_kw", sa.Float()),
        sa.Column("reserved_kva", sa.Float()),
        sa.Column("claim", sa.Text()),
        sa.CheckConstraint("p_kw > 0", name="ck_applications_power"),
        sa.CheckConstraint("version > 0", name="ck_applications_version"),
        sa.PrimaryKeyConstraint("application_id", name="pk_applications"),
    )
    op.create_index("ix_applications_status", "applications", ["status"])
    op.create_index("ix_applications_transformer_id", "applications", ["transformer_id"])
    op.create_table(
        "history",
        sa.Column("entry", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("application_id", sa.String(80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.application_id"], name="fk_history_application_id_applications"
        ),
        sa.PrimaryKeyConstraint("entry", name="pk_history"),
        sa.UniqueConstraint("application_id", "sequence", name="uq_history_application_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "elements",
        sa.Column("element_type", sa.String(20), nullable=False),
        sa.Column("element_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("element_type", "element_id", name="pk_elements"),
    )
    for statement in _REFUSE[dialect]:
        op.execute(statement)


def downgrade() -> None:
    """There is nothing before it: a register is taken back from a backup."""
    raise NotImplementedError("the first version of the register cannot be undone")
