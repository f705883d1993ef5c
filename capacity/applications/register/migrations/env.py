"""Run by Alembic: migrates the connection that :mod:`capacity.applications.register.opening` hands it."""

from alembic import context

from capacity.applications.register.models import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a table by copying it
    transaction_per_migration=False,
)
context.run_migrations()  # inside the caller's transaction
