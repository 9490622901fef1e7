"""What is said of options that mean something else here, and of such that cannot be had."""

from __future__ import annotations

import os

from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings, reading
from tests.settings.test_settings import FileTestCase


class NoticeTests(FileTestCase):
    def notices(self, text: str) -> tuple[str, ...]:
        """Return what is said of a file that can be used, with the file's name alone."""
        notices = self.settings(text).notices
        return tuple(notice.replace(f"{self.folder}/", "") for notice in notices)

    def test_nothing(self) -> None:
        """Of a usual file there is nothing to say."""
        self.assertEqual(self.notices("[server]\nbackend = builtin\nplugins = Bundler"), ())

    def test_backends(self) -> None:
        """A backend of upstream's is accepted, and its meaning told."""
        self.assertEqual(
            self.notices("[server]\nbackend = cherrypy"),
            ("bcfg2.conf:2: [server] backend = cherrypy means the one core that there is here",),
        )
        self.assertEqual(self.notices("[server]\nbackend = multiprocessing"), ())

    def test_workers_of_upstream(self) -> None:
        """An installed Bcfg2 is served by one process, whatever is asked for."""
        text = "[server]\nbackend = multiprocessing\n[bcfg2tw]\ncore = upstream"
        self.assertEqual(
            self.notices(text),
            (
                "bcfg2.conf:4: [bcfg2tw] core = upstream: an installed Bcfg2 is served by one "
                "process, without workers",
            ),
        )
        self.assertEqual(self.settings(text).worker_number, 0)

    def test_worker_number(self) -> None:
        """Workers are asked for by an option of their own, or as upstream has it."""
        processors = len(os.sched_getaffinity(0))
        for text, number in (
            ("", 0),
            ("[bcfg2tw]\nworkers = 3", 3),
            ("[bcfg2tw]\nworkers = auto", processors),
            ("[server]\nchildren = 3", 0),
            ("[server]\nbackend = multiprocessing\nchildren = 3", 3),
            ("[server]\nbackend = multiprocessing", processors),
            ("[server]\nbackend = multiprocessing\n[bcfg2tw]\nworkers = 0", 0),
        ):
            self.assertEqual(self.settings(text).worker_number, number, text)

    def test_file_monitor(self) -> None:
        """A file monitor that there is no more is told, and the default used."""
        settings = self.settings("[server]\nfilemonitor = gamin")
        self.assertEqual(settings.filemonitor, "default")
        self.assertEqual(
            self.notices("[server]\nfilemonitor = gamin"),
            (
                "bcfg2.conf:2: [server] filemonitor = gamin: this is none of default, inotify, "
                "polling, pseudo; default is used",
            ),
        )

    def test_of_twistd(self) -> None:
        """Options that are twistd's are told with the switch for them."""
        self.assertEqual(
            self.notices("[server]\numask = 0077\npidfile = /run/x.pid"),
            (
                "bcfg2.conf:2: [server] umask has no effect: give twistd --umask, before "
                "bcfg2-core",
                "bcfg2.conf:3: [server] pidfile has no effect: give twistd --pidfile, before "
                "bcfg2-core",
            ),
        )

    def test_old_tls(self) -> None:
        """What is not safe is told with the way out."""
        (notice,) = self.notices("[communication]\nprotocol = xmlrpc/tlsv1")
        self.assertIn("admits TLS 1.0, which is not safe: write xmlrpc/ssl", notice)


class RefusalTests(FileTestCase):
    def test_databases(self) -> None:
        """A database that clients cannot be kept in is refused, if they are to be kept in one."""
        for section in ("metadata", "probes"):
            text = f"[{section}]\nuse_database = yes\n[database]\nengine = mysql"
            self.assertEqual(
                self.refusal(text),
                "[database] engine: 'mysql' is no database that this server keeps the state of "
                "clients in: write sqlite3 or postgresql, and take over what the other one holds "
                "with bcfg2tw db import",
            )
            settings = self.settings(f"[bcfg2tw]\ncore = upstream\n{text}")
            self.assertEqual(settings.core, "upstream")
        self.assertEqual(self.settings("[database]\nengine = mysql").db_engine, "mysql")

    def test_no_file(self) -> None:
        """A file that is not there is named with the switch for another one."""
        path = os.path.abspath("no/such.conf")
        error = self.assertRaises(SettingsError, Settings.from_file, path)
        self.assertEqual(
            str(error),
            f"{path} cannot be read: No such file or directory; name the configuration file with "
            "--config",
        )

    def test_given(self) -> None:
        """A value of the command line that is none is named with its switch."""
        path = self.write("")
        error = self.assertRaises(SettingsError, Settings.from_file, path, port="many")
        self.assertEqual(
            str(error),
            "[bcfg2tw] port: 'many' is no TCP port: write a number from 1 to 65535 (given as "
            "--port)",
        )


class LoadTests(FileTestCase):
    """The settings for a command line."""

    def setUp(self) -> None:
        os.environ.pop(reading.CONFIG_VARIABLE, None)
        self.patch(reading, "DEFAULT_CONFIG", os.path.abspath(self.mktemp()))

    def test_no_file(self) -> None:
        """Where there is no file and none is named, the defaults and what is given hold."""
        settings = Settings.load({"port": "7", "config": None, "password": None})
        self.assertEqual((settings.port, settings.config), (7, None))
        self.assertIs(settings.reread(), settings)

    def test_named(self) -> None:
        """The file that is named beats that of the environment, which beats the usual one."""
        usual = self.write("[bcfg2tw]\nthreads = 1", "usual.conf")
        environment = self.write("[bcfg2tw]\nthreads = 2", "environment.conf")
        named = self.write("[bcfg2tw]\nthreads = 3", "named.conf")
        self.patch(reading, "DEFAULT_CONFIG", usual)
        self.assertEqual(Settings.load({}).threads, 1)
        os.environ[reading.CONFIG_VARIABLE] = environment
        self.addCleanup(os.environ.pop, reading.CONFIG_VARIABLE, None)
        self.assertEqual(Settings.load({}).threads, 2)
        self.assertEqual(Settings.load({"config": named}).threads, 3)

    def test_old_encryption(self) -> None:
        """What 1.3 called `decrypt` says how strict decryption is, and is no passphrase."""
        for text, is_lax in (("lax", True), ("strict", False), ("LAX ", True)):
            settings = self.settings(f"[encryption]\ndecrypt = {text}\nteam = x")
            self.assertIs(settings.lax_decryption, is_lax)
            self.assertEqual(dict(settings.passphrases), {"team": "x"})
        both = self.settings("[encryption]\ndecrypt = lax\nlax_decryption = no")
        self.assertFalse(both.lax_decryption)
