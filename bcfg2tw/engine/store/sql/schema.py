"""The schema of the database: its version, and the migrations that lead to the newest one."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bcfg2tw.errors import CoreInitError

VERSION_TABLE = "bcfg2tw_schema_version"

logger = logging.getLogger("bcfg2-server")


@dataclass(frozen=True)
class SchemaState:
    """
    The version of a database's schema.

    :ivar version: None where there are no tables of ours
    :ivar newest: the newest version that this release knows
    :ivar is_known: whether this release knows the version
    """

    version: str | None
    newest: str
    is_known: bool

    @property
    def is_newest(self) -> bool:
        """Say whether nothing is to be migrated."""
        return self.version == self.newest

    def check(self) -> None:
        """
        Make sure that this release may touch the tables.

        :raises CoreInitError: if a newer release has upgraded them
        """
        if not self.is_known:
            raise CoreInitError(
                f"the database's schema has the version {self.version}, and this release knows "
                f"versions up to {self.newest}: a newer release has upgraded it; run that one, or "
                "use another database"
            )


def state_of(connection: Connection) -> SchemaState:
    """Return the version of the schema behind a connection."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    version = context.get_current_revision()
    versions = all_versions()
    return SchemaState(version, versions[-1], version is None or version in versions)


def all_versions() -> list[str]:
    """Return all versions of the schema that there were, the oldest first."""
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in scripts][::-1]


def upgrade(connection: Connection, version: str = "head") -> None:
    """
    Bring the tables to a version, in the transaction of the connection.

    :raises CoreInitError: if a newer release has upgraded them
    """
    state = state_of(connection)
    state.check()
    if state.is_newest:
        return
    command.upgrade(_config_for(connection), version)
    logger.info(
        "The database's schema is brought from %s to version %s",
        "nothing" if state.version is None else f"version {state.version}",
        state_of(connection).version,
    )


def downgrade(connection: Connection, version: str) -> None:
    """Bring the tables back to an older version, in the transaction of the connection."""
    command.downgrade(_config_for(connection), version)


def _config_for(connection: Connection) -> Config:
    config = _config()
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    return config


def _config() -> Config:
    config = Config()
    folder = Path(__file__).with_name("migrations")
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
