"""Mistakes in bcfg2.conf, each told with the file, the line and what was meant."""

from __future__ import annotations

import os

from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings
from tests.conformance.case import CASES
from tests.settings.test_settings import FileTestCase


class MistakesTestCase(FileTestCase):
    def notices(self, text: str, mode: int = 0o600) -> list[str]:
        """Return the notices of a text, with the file's name alone."""
        path = self.write(text)
        os.chmod(path, mode)
        return [
            notice.replace(os.path.dirname(path) + os.sep, "")
            for notice in Settings.from_file(path).notices
        ]


class NameTests(MistakesTestCase):
    """Options and sections that mean nothing."""

    def test_unknown_option(self) -> None:
        """An option that is misspelt is told with the one that was meant."""
        for section, line, meant in [
            ("server", "plugin = Cfg", "plugin is no option: did you mean plugins?"),
            ("bcfg2tw", "thread = 3", "thread is no option: did you mean threads?"),
            ("communication", "Pasword = x", "Pasword is no option: did you mean password?"),
            ("encryption", "algoritm = x", "algoritm is no option: did you mean algorithm?"),
            ("sslca_x", "chaincrt = x", "chaincrt is no option: did you mean chaincert?"),
            ("server", "threads = 4", "threads is no option: did you mean [bcfg2tw] threads?"),
            ("server", "colour = red", "colour is no option, and is not read"),
        ]:
            self.assertEqual(
                self.notices(f"# site\n[{section}]\n{line}"), [f"bcfg2.conf:3: [{section}] {meant}"]
            )

    def test_unknown_section(self) -> None:
        """A section that is misspelt is told once, whatever it holds."""
        for written, meant in {"comunication": "communication", "Server": "server"}.items():
            self.assertEqual(
                self.notices(f"[{written}]\nkey = x\ncertificate = y"),
                [f"bcfg2.conf:1: [{written}] is no section: did you mean [{meant}]?"],
            )

    def test_sections_of_others(self) -> None:
        """Sections of a site's plugins, and what upstream's programs and clients read, are fine."""
        text = (
            "[server]\nplugins = site.Rule\nprefix = /usr\n[motd]\nshout = yes\n"
            "[rule]\nx = 1\n[client]\nkevlar = yes\n[APT]\nvar_path = /var\n[errors]\na = silent\n"
            "[database]\nreporting_engine = sqlite3\n[communication]\nserverCommonNames = a:b\n"
            "[packages:yum]\nexclude = x\n[encryption]\nteam = x\n[sslca_x]\nroot_ca = yes\n"
        )
        self.assertEqual(self.notices(text), [])

    def test_conformance(self) -> None:
        """No recorded configuration, all of which upstream reads as written, has a mistake."""
        for path in CASES.glob("*/bcfg2.conf"):
            text = path.read_text("utf-8").replace("@HOST@:@PORT@", "localhost")
            told = [notice for notice in self.notices(text) if "filemonitor" not in notice]
            self.assertEqual(told, [], path)


class OldTests(MistakesTestCase):
    """Options of older releases."""

    def test_old_options(self) -> None:
        """Options of 1.2 and 1.3 that are not read are told with what to write."""
        for section, line, beginning in [
            ("server", "structures = Bundler", "structures is of Bcfg2 1.2: name all plugins in"),
            ("server", "generators = Cfg", "generators is of Bcfg2 1.2: name all plugins in"),
            ("mdata", "perms = 600", "perms is Bcfg2 1.2's name, and is not read: write mode"),
            ("packages", "magic_groups = yes", "magic_groups is of Bcfg2 1.3, and is not read: a"),
            ("encryption", "decrypt = lax", "decrypt is Bcfg2 1.3's name: write lax_decryption"),
        ]:
            (notice,) = self.notices(f"[{section}]\n{line}")
            self.assertIn(f"bcfg2.conf:2: [{section}] {beginning}", notice)

    def test_other_meaning(self) -> None:
        """Values that mean something else here are told with their line."""
        self.assertEqual(
            self.notices("[server]\n\nbackend = cherrypy"),
            ["bcfg2.conf:3: [server] backend = cherrypy means the one core that there is here"],
        )


class RepetitionTests(MistakesTestCase):
    """What is there twice."""

    def test_section(self) -> None:
        """A second section of a name is read with the first, and told."""
        text = "[server]\nplugins = Cfg\n[logging]\n[server]\nrepository = /srv\n"
        self.assertEqual(
            self.notices(text),
            [
                "bcfg2.conf:4: [server] begins at line 1 as well: both are read as one section",
            ],
        )
        settings = self.settings(text)
        self.assertEqual((settings.plugins, settings.repository), (("Cfg",), "/srv"))

    def test_option(self) -> None:
        """An option with two values is told, and the last one counts; equal ones are fine."""
        self.assertEqual(
            self.notices("[bcfg2tw]\nthreads = 3\nThreads = 4\nport = 1\nport = 1\n"),
            ["bcfg2.conf:3: [bcfg2tw] Threads is given at line 2 as well: line 3 counts"],
        )


class SecretTests(MistakesTestCase):
    """Files that all may read."""

    def test_readable_by_all(self) -> None:
        """A file with a secret that can be read by all is told."""
        told = [
            "bcfg2.conf: it holds a password and can be read by all: chmod 0640, and give it the "
            "group of the server"
        ]
        for text in (
            "[communication]\npassword = x", "[encryption]\nteam = x",
            "[sslca_x]\npassphrase = x", "[database]\npassword = x",
        ):  # fmt: skip
            self.assertEqual(self.notices(text, 0o644), told)
            self.assertEqual(self.notices(text, 0o640), [])

    def test_no_secret(self) -> None:
        """Without a secret everybody may read it."""
        self.assertEqual(self.notices("[sshkeys]\npassphrase = team", 0o644), [])


class ValueTests(MistakesTestCase):
    """Values that are refused, with their place."""

    def refused(self, text: str) -> str:
        """Return the whole sentence for a text, with the file's name alone."""
        path = self.write(text)
        error = self.assertRaises(SettingsError, Settings.from_file, path)
        return str(error).replace(os.path.dirname(path) + os.sep, "")

    def test_place(self) -> None:
        """A value that cannot be used is named with file and line, wherever it comes from."""
        self.assertEqual(
            self.refused("\n[bcfg2tw]\nthreads = x"),
            "[bcfg2tw] threads: 'x' is no whole number: write one such as 4 (in bcfg2.conf:3)",
        )
        self.assertIn("(in bcfg2.conf:2)", self.refused("[DEFAULT]\nsyslog = x\n[logging]\n"))
        self.assertIn(
            "(in bcfg2.conf:2)", self.refused("[statistics]\ndatabase_options = {x\n[server]\n")
        )

    def test_fraction(self) -> None:
        """A size has no fraction: 1.5g would be one byte."""
        for text, meant in {"1.5g": "1536m", "0,5k": "512"}.items():
            self.assertEqual(
                self.refused(f"[bcfg2tw]\nmax_body = {text}"),
                f"[bcfg2tw] max_body: '{text}' is no size: write a whole number with k, m, g or t, "
                f"such as {meant} (in bcfg2.conf:2)",
            )

    def test_blanks(self) -> None:
        """Plugins are separated by commas, not by blanks or lines."""
        for text, quoted in {"Cfg Rules": "'Cfg Rules'", "Cfg\n Rules": r"'Cfg\nRules'"}.items():
            self.assertEqual(
                self.refused(f"[server]\nplugins = Metadata, {text}"),
                f"[server] plugins: {quoted} is no plugin: separate plugins by commas, as in Cfg, "
                "Rules (in bcfg2.conf:2)",
            )
