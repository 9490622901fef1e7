"""Settings from files and keyword arguments, and the reference that is made of their options."""

from __future__ import annotations

import dataclasses
import os
import pwd
import re
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings, options, reference, types


class FileTestCase(SynchronousTestCase):
    """A bcfg2.conf."""

    def write(self, text: str, name: str = "bcfg2.conf") -> str:
        """Write a configuration file and return its path."""
        folder = getattr(self, "folder", None)
        if folder is None:
            folder = self.folder = Path(self.mktemp()).absolute()
            folder.mkdir()
        # the machine's own web configuration has no say here
        web = "" if "[reporting]" in text else "\n[reporting]\nconfig = /nowhere/web.conf\n"
        path = self.folder / name
        path.write_text(text + web, "utf-8")
        return str(path)

    def settings(self, text: str, **overrides: Any) -> Settings:
        """Return the settings of a text."""
        return Settings.from_file(self.write(text), **overrides)

    def refusal(self, text: str) -> str:
        """Return with which sentence a text is refused, without the file's name."""
        path = self.write(text)
        error = self.assertRaises(SettingsError, Settings.from_file, path)
        return re.sub(rf" \(in {re.escape(path)}:\d+\)", "", str(error))


class ValueTests(FileTestCase):
    """Values of all kinds."""

    def test_defaults(self) -> None:
        """An empty file gives the same as keyword arguments without any."""
        read = self.settings("")
        plain = Settings()
        for name in options():
            if name != "web_config":
                self.assertEqual(getattr(read, name), getattr(plain, name), name)

    def test_documented_defaults(self) -> None:
        """The defaults of Bcfg2's options are Bcfg2's."""
        settings = Settings()
        self.assertEqual(settings.repository, "/var/lib/bcfg2")
        self.assertEqual(
            settings.plugins, ("Bundler", "Cfg", "Metadata", "Pkgmgr", "Rules", "SSHbase")
        )
        self.assertEqual(settings.server, "https://localhost:6789")
        self.assertEqual(settings.key, "/etc/pki/tls/private/bcfg2.key")
        self.assertEqual(settings.cert, "/etc/pki/tls/certs/bcfg2.crt")
        self.assertEqual(settings.authentication, "cert+password")
        self.assertEqual(settings.client_metadata_cache, "off")
        self.assertEqual((settings.default_mode, settings.default_paranoid), ("644", "true"))
        self.assertIsNone(settings.password)
        self.assertIsNone(settings.ca)

    def test_booleans(self) -> None:
        """Eight words are booleans, in any case; others are refused."""
        for word in ("1", "yes", "TRUE", "On"):
            self.assertTrue(self.settings(f"[server]\nlisten_all = {word}").listen_all)
        for word in ("0", "No", "false", "off"):
            self.assertFalse(self.settings(f"[logging]\nsyslog = {word}").syslog)
        self.assertEqual(
            self.refusal("[server]\nlisten_all = maybe"),
            "[server] listen_all: 'maybe' is no boolean: write yes or no",
        )

    def test_numbers(self) -> None:
        """What is no number, or too small a one, is refused with one that would do."""
        for line, sentence in {
            "threads = many": "threads: 'many' is no whole number: write one such as 4",
            "threads = 0": "threads: '0' is too small: write 1 or more",
            "port = 65536": "port: '65536' is no TCP port: write a number from 1 to 65535",
            "body_timeout = soon": "body_timeout: 'soon' is no number: write one such as 30 or 0.5",
            "body_timeout = nan": "body_timeout: 'nan' is no number: write one such as 30 or 0.5",
            "body_timeout = 0": "body_timeout: '0' is too small: write a number above 0",
            "max_body = large": "max_body: 'large' is no size: write one such as 64m",
            "paths = RPC2": "paths: 'RPC2' is no path of a URL: write one such as /RPC2, or * for "
            "any",
            "paths =": "paths: there is no path, so that no call could come: write / /RPC2",
        }.items():
            self.assertEqual(self.refusal(f"[bcfg2tw]\n{line}"), f"[bcfg2tw] {sentence}")

    def test_sizes(self) -> None:
        """Sizes have powers of 1024."""
        for text, expected in {"7": 7, "2k": 2048, "3 M": 3 << 20, "1g": 1 << 30}.items():
            self.assertEqual(types.size(text), expected)

    def test_encodings(self) -> None:
        """An encoding that Python does not have is refused, with one that may be meant."""
        for text in ("UTF-8", "latin-1", "ISO-8859-15", "cp1252", "koi8_r"):
            self.assertEqual(self.settings(f"[components]\nencoding = {text}").encoding, text)
        for text, remedy in {
            "UTF-9": "did you mean utf-8?",
            "iso-8859-99": "did you mean iso8859-9?",
            "nonsense": "write one such as UTF-8 or ISO-8859-15",
            "hex": "write one such as UTF-8 or ISO-8859-15",
        }.items():
            self.assertEqual(
                self.refusal(f"[components]\nencoding = {text}"),
                f"[components] encoding: {text!r} is no encoding: {remedy}",
            )

    def test_choices(self) -> None:
        """Choices of the file are checked, too, and have no case."""
        settings = self.settings("[server]\nbackend = CherryPy\n[caching]\nclient_metadata = On")
        self.assertEqual(
            (settings.backend, settings.client_metadata_cache), ("cherrypy", "cautious")
        )
        self.assertEqual(
            self.refusal("[communication]\nprotocol = xmlrpc/sslv3"),
            "[communication] protocol: 'xmlrpc/sslv3' is none of xmlrpc/ssl, xmlrpc/tlsv1",
        )

    def test_interval(self) -> None:
        """An interval of zero or less is the default."""
        for text, expected in {"0": 300.0, "-5": 300.0, "7": 7.0}.items():
            settings = self.settings(f"[logging]\nperformance_interval = {text}")
            self.assertEqual(settings.performance_interval, expected)

    def test_paths(self) -> None:
        """Paths are absolute; `~` is the user's, `<repository>` the repository's."""
        settings = self.settings(
            "[server]\nrepository = ~/repo\n[logging]\npath = <repository>/log"
            "\n[communication]\npassword = <repository>/x"
        )
        home = os.path.expanduser("~")
        self.assertEqual(settings.repository, f"{home}/repo")
        self.assertEqual(settings.logfile, f"{home}/repo/log")
        self.assertEqual(settings.password, "<repository>/x")
        self.assertEqual(
            self.refusal("[communication]\nca ="),
            "[communication] ca: the path is empty: give one, or remove the line",
        )

    def test_users(self) -> None:
        """Users and groups are names or numbers, and have to exist."""
        user = pwd.getpwuid(os.getuid())
        settings = self.settings(f"[server]\nuser = {user.pw_name}\ngroup = 12\numask = 0027")
        self.assertEqual(
            (settings.daemon_uid, settings.daemon_gid, settings.umask), (user.pw_uid, 12, 0o27)
        )
        self.assertEqual(
            self.refusal("[server]\nuser = nobody-of-that-name"),
            "[server] user: there is no user 'nobody-of-that-name': create it, or remove the line",
        )

    def test_passphrases(self) -> None:
        """What else stands in [encryption] are passphrases."""
        settings = self.settings("[encryption]\nTeam = s3cret\nalgorithm = AES-128-CBC")
        self.assertEqual(dict(settings.passphrases), {"team": "s3cret"})
        self.assertEqual(settings.algorithm, "aes_128_cbc")

    def test_no_secrets(self) -> None:
        """A settings object that is printed shows no passphrase."""
        self.assertNotIn("s3cret", repr(self.settings("[encryption]\nTeam = s3cret")))

    def test_old_names(self) -> None:
        """The database options of 1.3's [statistics], and its form of options, are understood."""
        settings = self.settings(
            "[statistics]\ndatabase_options = timeout=10, x = y\ndatabase_engine = sqlite3"
        )
        self.assertEqual(settings.db_opts, {"timeout": "10", "x": "y"})
        self.assertEqual(settings.get("database", "engine"), "sqlite3")

    def test_any_option(self) -> None:
        """Options that the server does not know are there for a site's plugins."""
        settings = self.settings("[motd]\nShout = yes")
        self.assertEqual(settings.get("motd", "Shout"), "yes")
        self.assertEqual(settings.get("motd", "other", "x"), "x")
        self.assertEqual(dict(settings.section("motd")), {"shout": "yes"})
        self.assertIn("motd", settings.sections())

    def test_empty_password(self) -> None:
        """An empty password is refused: it would let everybody in."""
        self.assertEqual(
            self.refusal("[communication]\npassword =\n"),
            "[communication] password: '' is an empty password, so that everybody could log in: "
            "give one, or remove the line",
        )


class SourceTests(FileTestCase):
    """Files and overrides."""

    def test_overrides(self) -> None:
        """What is given beats the file; texts are converted as the file's are."""
        settings = self.settings("[bcfg2tw]\nthreads = 7\nport = 1", port="2")
        self.assertEqual((settings.threads, settings.port), (7, 2))

    def test_web_configuration(self) -> None:
        """The web configuration beats the main file where both set an option."""
        web = self.write("[server]\nplugins = Cfg\n[reporting]\n", "web.conf")
        settings = self.settings(
            f"[server]\nplugins = Rules\nlisten_all = yes\n[reporting]\nconfig = {web}"
        )
        self.assertEqual((settings.plugins, settings.listen_all), (("Cfg",), True))

    def test_reread(self) -> None:
        """Reading again gives a new value under the same overrides; the repository stays."""
        before = self.settings("[server]\nrepository = /one\n[bcfg2tw]\nthreads = 7", port="2")
        self.write("[server]\nrepository = /two\n[bcfg2tw]\nthreads = 8\nport = 3")
        after = before.reread()
        self.assertEqual((after.repository, after.threads, after.port), ("/one", 8, 2))
        self.assertEqual(before.threads, 7)
        self.assertEqual(after, after.reread())

    def test_reread_broken(self) -> None:
        """A file that became unusable is refused as a whole."""
        before = self.settings("[bcfg2tw]\nthreads = 7")
        self.write("[bcfg2tw]\nthreads = x")
        self.assertRaises(SettingsError, before.reread)

    def test_not_utf8(self) -> None:
        """A file that is not UTF-8 is named with its line."""
        path = self.write("")
        Path(path).write_bytes(b"[server]\n# caf\xe9\n")
        error = self.assertRaises(SettingsError, Settings.from_file, path)
        self.assertEqual(str(error), f"{path}:2: this is not UTF-8: convert the file")

    def test_immutable(self) -> None:
        """Settings never change."""
        settings: Any = Settings()
        with self.assertRaises(dataclasses.FrozenInstanceError):
            settings.threads = 1


class LocationTests(SynchronousTestCase):
    """Where a server is: `[components] bcfg2`."""

    def test_forms(self) -> None:
        """URLs, names, addresses of both families, with a port or without, and several of them."""
        for text, expected in {
            "https://bcfg2.example.com:6789": [("bcfg2.example.com", 6789)],
            "https://bcfg2.example.com": [("bcfg2.example.com", 6789)],
            "bcfg2.example.com:1": [("bcfg2.example.com", 1)],
            "https://[2001:db8::1]:2": [("2001:db8::1", 2)],
            "2001:db8::1": [("2001:db8::1", 6789)],
            "https://a:1/RPC2, b": [("a", 1), ("b", 6789)],
            "a:1,a:1": [("a", 1)],
        }.items():
            self.assertEqual(list(types.locations(text)), expected, text)

    def test_refused(self) -> None:
        """Whatever is no location is refused with one that would be."""
        for text in ("https://", "https://x:port", "x:0", "x:70000"):
            error = self.assertRaises(ValueError, types.locations, text)
            self.assertIn("is no location of a server: write https://HOST:6789", str(error))
        self.assertRaises(ValueError, types.locations, " , ")


class ReferenceTests(SynchronousTestCase):
    """docs/options.rst is made from the descriptions."""

    def test_complete(self) -> None:
        """Every option is in the reference: section, key, names, help and default."""
        text = reference()
        for one in options().values():
            self.assertIn(f"[{one.section}]\n", text)
            self.assertIn(f"``{one.key}``", text)
            self.assertIn(one.help, text)
            for name in one.cli:
                self.assertIn(f"``--{name}``", text)

    def test_names(self) -> None:
        """No two options share a section and key, or a name on the command line."""
        described = options().values()
        keys = [(one.section, one.key) for one in described]
        names = [name for one in described for name in (*one.cli, one.short) if name]
        self.assertEqual(len(set(keys)), len(keys))
        self.assertEqual(len(set(names)), len(names))
        for one in described:
            self.assertEqual(one.key, one.key.lower())
