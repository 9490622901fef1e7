"""The database that is used is the one that settings and credentials name."""

from __future__ import annotations

import os
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.sql.kinds import kind_of
from bcfg2tw.engine.store.sql.location import DatabaseLocation, location_of
from bcfg2tw.errors import CoreInitError, SettingsError
from bcfg2tw.settings import Settings
from tests.builders import write_files


class LocationTests(SynchronousTestCase):
    def location(self, environment: dict[str, str] | None = None, **settings: Any) -> str:
        """Return the URL that settings and environment lead to, password included."""
        location = location_of(Settings(repository="/repo", **settings), environment or {})
        return str(location.url.render_as_string(hide_password=False))

    def folder(self, **files: str) -> str:
        """Return a new folder with files."""
        folder: str = os.path.abspath(self.mktemp())
        write_files(folder, {name.replace("_", "-"): text for name, text in files.items()})
        return folder

    def test_sqlite(self) -> None:
        """An SQLite file is in the repository, in the folder for state, or where its path says."""
        self.assertEqual(self.location(), "sqlite:////repo/etc/bcfg2.sqlite")
        self.assertEqual(self.location(state="/state"), "sqlite:////state/bcfg2.sqlite")
        self.assertEqual(self.location(db_name="/a/b", state="/state"), "sqlite:////a/b")
        self.assertEqual(self.location(db_name="b", state="/state"), "sqlite:////state/b")

    def test_options(self) -> None:
        """The options of Bcfg2 make a URL; what is left out is left to the driver."""
        url = self.location(
            db_engine="postgresql", db_name="bcfg2", db_user="b", db_password="p@:/", db_host="h",
            db_port=5433,
        )  # fmt: skip
        self.assertEqual(url, "postgresql+psycopg://b:p%40%3A%2F@h:5433/bcfg2")
        url = self.location(db_engine="postgresql", db_name="bcfg2", db_user="", db_host="")
        self.assertEqual(url, "postgresql+psycopg:///bcfg2")

    def test_url(self) -> None:
        """A URL counts more than the options."""
        url = self.location(db_url="postgresql://h/bcfg2", db_name="other")
        self.assertEqual(url, "postgresql+psycopg://h/bcfg2")
        self.assertEqual(self.location(db_url="sqlite:////a/b"), "sqlite:////a/b")

    def test_no_url(self) -> None:
        """A text that is no URL is refused, without being repeated: it may hold a password."""
        error = self.assertRaises(SettingsError, self.location, db_url="secret@host")
        self.assertIn("[database] url: this is no URL", str(error))
        self.assertNotIn("secret", str(error))

    def test_password(self) -> None:
        """The password comes from systemd, the environment, a file or bcfg2.conf."""
        file = os.path.join(self.folder(password=" file\n"), "password")
        settings: dict[str, Any] = {"db_url": "postgresql://b:conf@h/n"}
        environment: dict[str, str] = {}
        self.assertIn("b:conf@", self.location(environment, **settings))
        settings["db_password_file"] = file
        self.assertIn("b:file@", self.location(environment, **settings))
        environment["BCFG2_DATABASE_PASSWORD"] = "environment"
        self.assertIn("b:environment@", self.location(environment, **settings))
        environment["CREDENTIALS_DIRECTORY"] = self.folder(bcfg2_database_password="systemd\n")
        self.assertIn("b:systemd@", self.location(environment, **settings))
        environment["CREDENTIALS_DIRECTORY"] = self.folder(bcfg2_database_url="postgresql://b@x/y")
        self.assertIn("b:environment@x/y", self.location(environment, **settings))

    def test_unreadable(self) -> None:
        """A file that is named and cannot be read is refused with its path."""
        error = self.assertRaises(SettingsError, self.location, db_password_file="/no/such")
        self.assertEqual(
            str(error),
            "[database] password_file: /no/such cannot be read: No such file or directory",
        )

    def test_hidden(self) -> None:
        """What is told of a location has no password."""
        location = location_of(Settings(db_url="postgresql://b:secret@h/n"), {})
        self.assertEqual(str(location), "postgresql+psycopg://b:***@h/n")

    def test_other_kind(self) -> None:
        """A database of another kind is refused with the way for what it holds."""
        location = location_of(Settings(db_url="mysql+pymysql://b:secret@h/n"), {})
        error = self.assertRaises(CoreInitError, kind_of, location)
        self.assertIn("bcfg2tw db import", str(error))
        self.assertNotIn("secret", str(error))

    def test_path(self) -> None:
        """The file of an SQLite database is known, another database has none."""
        location = location_of(Settings(db_url="sqlite:////a/b"), {})
        self.assertEqual((location.kind, location.path), ("sqlite", "/a/b"))
        other = DatabaseLocation(location_of(Settings(db_url="postgresql://h/n"), {}).url)
        self.assertEqual((other.kind, other.path), ("postgresql", None))
