"""Runs migrations over the connection that is handed in; called by alembic."""

from alembic import context

from bcfg2tw.engine.store.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=context.config.attributes["version_table"],
)
with context.begin_transaction():
    context.run_migrations()
