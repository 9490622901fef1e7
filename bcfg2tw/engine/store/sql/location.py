"""The place of the database, from bcfg2.conf and the environment, as one value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings

#: Names of credentials, as systemd's LoadCredential= has them and the environment spells them.
URL_CREDENTIAL, PASSWORD_CREDENTIAL = "bcfg2-database-url", "bcfg2-database-password"

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DEFAULT_NAME = "bcfg2.sqlite"
DEFAULT_SCHEMA = "public"


@dataclass(frozen=True)
class DatabaseLocation:
    """
    A database, with all that is needed to connect to it.

    :ivar url: with the password
    :ivar schema: of a PostgreSQL database
    :ivar options: for the driver, as it takes them
    """

    url: URL
    schema: str = DEFAULT_SCHEMA
    options: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the URL for messages, without the password."""
        return self.url.render_as_string(hide_password=True)

    @property
    def kind(self) -> str:
        """The kind of the database: `SQLITE`, `POSTGRESQL`, or what else the URL says."""
        return self.url.get_backend_name()

    @property
    def path(self) -> str | None:
        """The file of an SQLite database, None for any other."""
        return self.url.database if self.kind == SQLITE else None


def location_of(
    settings: Settings, environment: Mapping[str, str] = os.environ
) -> DatabaseLocation:
    """
    Return the database that `[database]` describes.

    Credentials come from the first of these that has them: a file in the folder
    CREDENTIALS_DIRECTORY (systemd), the environment, the file that `password_file` names,
    bcfg2.conf.

    :raises SettingsError: if the URL is none, or a file with a password cannot be read
    """
    text = _credential(URL_CREDENTIAL, environment) or settings.db_url
    url = _url_of_options(settings) if text is None else _parsed(text, settings)
    password = _credential(PASSWORD_CREDENTIAL, environment) or _password_in_file(settings)
    if password is not None:
        url = url.set(password=password)
    return DatabaseLocation(url, settings.db_schema, settings.db_opts)


def _credential(name: str, environment: Mapping[str, str]) -> str | None:
    folder = environment.get("CREDENTIALS_DIRECTORY")
    path = None if folder is None else os.path.join(folder, name)
    if path is not None and os.path.exists(path):
        return _content(path, "CREDENTIALS_DIRECTORY")
    return environment.get(name.upper().replace("-", "_")) or None


def _password_in_file(settings: Settings) -> str | None:
    path = settings.db_password_file
    return None if path is None else _content(path, "password_file")


def _content(path: str, option: str) -> str:
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read().strip()
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror or error}", "database", option
        ) from error


def _parsed(text: str, settings: Settings) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as error:
        # the text may hold a password
        raise SettingsError(
            "this is no URL of a database: write one such as postgresql://USER@HOST/NAME, or "
            f"sqlite:////PATH (in {settings.place('database', 'url')})",
            "database",
            "url",
        ) from error
    if url.get_backend_name() == POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    return url.set(drivername=SQLITE) if url.get_backend_name() == SQLITE else url


def _url_of_options(settings: Settings) -> URL:
    if settings.db_engine == "sqlite3":
        return URL.create(SQLITE, database=_file_of(settings))
    engine = "postgresql+psycopg" if settings.db_engine == POSTGRESQL else settings.db_engine
    return URL.create(
        engine,
        username=settings.db_user or None,
        password=settings.db_password or None,
        host=settings.db_host or None,
        port=settings.db_port,
        database=settings.db_name,
    )


def _file_of(settings: Settings) -> str:
    folder = settings.state or os.path.join(settings.repository, "etc")
    return os.path.abspath(os.path.join(folder, settings.db_name or DEFAULT_NAME))
