"""`bcfg2tw admin backup`: what is in an archive, while a server may be writing it."""

from __future__ import annotations

import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.builders import write_files
from tests.commands import Ended, run


class BackupTestCase(SynchronousTestCase):
    #: Beside the repository, in the section [server] and behind it.
    configuration = ""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        config = f"[server]\nrepository = {self.folder}/repo\n" + self.configuration
        write_files(
            str(self.folder),
            {
                "bcfg2.conf": config.replace("@FOLDER@", str(self.folder)),
                "repo/Metadata/clients.xml": "<Clients/>",
                "repo/Metadata/groups.xml": "<Groups/>",
            },
        )

    def admin(self, *words: str) -> Ended:
        config = str(self.folder / "bcfg2.conf")
        return run("admin", "-C", config, *words, folder=str(self.folder))

    def unpacked(self) -> tuple[Ended, Path]:
        """Make an archive, and unpack it; return how the command ended, and the folder."""
        ended = self.admin("backup", "--directory", ".")
        self.assertEqual(ended.status, 0, ended.output)
        (path,) = self.folder.glob("*.tar.gz")
        target = self.folder / "unpacked"
        with tarfile.open(path) as archive:
            self.names = archive.getnames()
            archive.extractall(target)
        return ended, target

    def database(self, name: str) -> sqlite3.Connection:
        """Return a database in WAL mode that is open, with a row that is in the WAL alone."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path)
        self.addCleanup(connection.close)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (a)")
        connection.execute("INSERT INTO t VALUES ('acknowledged')")
        connection.commit()
        return connection

    def rows(self, path: Path) -> list[tuple[str]]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute("SELECT a FROM t").fetchall()


class RepositoryTests(BackupTestCase):
    def test_elsewhere(self) -> None:
        """Archives may be stored elsewhere, and older ones deleted."""
        (self.folder / "old").mkdir()
        for number in range(3):
            (self.folder / f"old/2020010100000{number}.tar.gz").touch()
        (self.folder / "old/other.tar.gz").touch()
        ended = self.admin("backup", "--directory", "old", "--keep", "2")
        self.assertEqual(ended.status, 0)
        names = sorted(os.listdir(self.folder / "old"))
        self.assertEqual(len(names), 3)
        self.assertIn("20200101000002.tar.gz", names)
        self.assertIn("other.tar.gz", names)

    def test_content(self) -> None:
        """An archive holds the repository without earlier archives, for its owner alone."""
        (self.folder / "repo/20200101000000.tar.gz").touch()
        self.admin("backup", "--directory", ".")
        (path,) = self.folder.glob("*.tar.gz")
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        with tarfile.open(path) as archive:
            names = archive.getnames()
        self.assertIn("repo/Metadata/clients.xml", names)
        self.assertNotIn("repo/20200101000000.tar.gz", names)

    def test_impossible(self) -> None:
        """Where it cannot be stored there is no half of one."""
        ended = self.admin("backup", "--directory", "/nonexistent")
        self.assertEqual(ended.status, 1)
        self.assertIn("/nonexistent/", ended.output)

    def test_database(self) -> None:
        """A database is copied as of one moment, with what is not yet in its file, for good."""
        writer = self.database("repo/etc/bcfg2.sqlite")
        writer.execute("INSERT INTO t VALUES ('not committed')")
        _ended, target = self.unpacked()
        names = [name for name in self.names if "sqlite" in name]
        self.assertEqual(names, ["repo/etc/bcfg2.sqlite"])
        self.assertEqual(self.rows(target / "repo/etc/bcfg2.sqlite"), [("acknowledged",)])

    def test_broken_database(self) -> None:
        """A database that cannot be read is named, and there is no archive without it."""
        write_files(str(self.folder), {"repo/etc/a.sqlite": "SQLite format 3\0 but nothing else"})
        ended = self.admin("backup", "--directory", ".")
        self.assertEqual(ended.status, 1)
        self.assertIn("repo/etc/a.sqlite: this database cannot be copied: ", ended.output)
        self.assertEqual(list(self.folder.glob("*.tar.gz*")), [])

    def test_journals_first(self) -> None:
        """A journal comes before its file: what is folded in between is in both."""
        write_files(str(self.folder), {"repo/Metadata/clients.xml.journal": "{}"})
        self.unpacked()
        files = [name for name in self.names if name.startswith("repo/Metadata/")]
        self.assertEqual(files[0], "repo/Metadata/clients.xml.journal")

    def test_kinds(self) -> None:
        """Links, empty folders, empty files and a file with two names are as they were."""
        repository = self.folder / "repo"
        (repository / "Cfg").mkdir()
        (repository / "Metadata/link").symlink_to("clients.xml")
        os.link(repository / "Metadata/groups.xml", repository / "Metadata/second")
        (repository / "empty").touch()
        _ended, target = self.unpacked()
        self.assertTrue((target / "repo/Cfg").is_dir())
        self.assertEqual(os.readlink(target / "repo/Metadata/link"), "clients.xml")
        self.assertEqual((target / "repo/Metadata/second").read_text(), "<Groups/>")
        self.assertEqual((target / "repo/empty").stat().st_size, 0)


class StateTests(BackupTestCase):
    configuration = (
        "plugins = Metadata,Reporting\nstate = @FOLDER@/state\n"
        "[database]\nreporting_engine = sqlite3\nreporting_name = @FOLDER@/elsewhere/reports.db\n"
    )

    def test_everything(self) -> None:
        """What the server keeps elsewhere is in the archive, too."""
        self.database("state/bcfg2.sqlite")
        self.database("elsewhere/reports.db")
        _ended, target = self.unpacked()
        for name in ("state/bcfg2.sqlite", "reports.db"):
            self.assertEqual(self.rows(target / name), [("acknowledged",)], name)
        self.assertTrue((target / "repo/Metadata/clients.xml").exists())


class ServerTests(BackupTestCase):
    configuration = (
        "plugins = Metadata\n[metadata]\nuse_database = yes\n"
        "[database]\nengine = postgresql\nname = bcfg2\nhost = db.example.com\npassword = hush\n"
    )

    def test_named(self) -> None:
        """A database that is in no file is named, without its password."""
        ended, _target = self.unpacked()
        self.assertIn("without the database postgresql+psycopg://", ended.errors)
        self.assertIn("db.example.com", ended.errors)
        self.assertNotIn("hush", ended.errors)
