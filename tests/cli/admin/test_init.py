"""`bcfg2tw admin init`: what it asks, what it makes, and what it leaves alone."""

from __future__ import annotations

import stat
from pathlib import Path

from cryptography import x509
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.settings import Settings
from tests.commands import Ended, run


class InitTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir()
        self.words = (
            "--hostname", "books.example.com", "--config-path", "new.conf",
            "--repository-path", "repo", "--key", "ssl/server.key",
            "--certificate", "ssl/server.crt",
        )  # fmt: skip

    def init(self, *words: str, stdin: str = "") -> Ended:
        return run("admin", "-C", "none.conf", "init", *words, stdin=stdin, folder=str(self.folder))

    def read(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")

    def test_scripted(self) -> None:
        """With --yes nothing is asked; the server that results can be started and listed."""
        ended = self.init("--yes", *self.words)
        self.assertEqual((ended.status, ended.errors), (0, ""))
        settings = Settings.from_file(str(self.folder / "new.conf"))
        self.assertEqual(settings.repository, str(self.folder / "repo"))
        self.assertEqual(len(settings.password or ""), 20)
        listed = run("info", "-C", str(self.folder / "new.conf"), "clients", "--json")
        self.assertEqual((listed.status, listed.errors), (0, ""))
        self.assertIn("books.example.com", listed.output)
        for name in ("new.conf", "ssl/server.key"):
            self.assertEqual(stat.S_IMODE((self.folder / name).stat().st_mode), 0o600)

    def test_certificate(self) -> None:
        """The certificate carries the server's name, and vouches for itself."""
        self.init("--yes", *self.words, "--country", "DE", "--locality", "Köln")
        certificate = x509.load_pem_x509_certificate(self.read("ssl/server.crt").encode())
        self.assertEqual(certificate.issuer, certificate.subject)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        self.assertEqual(names.value.get_values_for_type(x509.DNSName), ["books.example.com"])
        self.assertIn("L=Köln", certificate.subject.rfc4514_string())
        lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
        self.assertEqual(lifetime.days, 1000)

    def test_kept(self) -> None:
        """A key, a certificate and a configuration that exist are left alone, unasked."""
        self.init("--yes", *self.words)
        before = [self.read(n) for n in ("new.conf", "ssl/server.key", "ssl/server.crt")]
        again = [word if word != "repo" else "second" for word in self.words]
        ended = self.init("--yes", *again)
        self.assertEqual(ended.status, 0)
        for name in ("new.conf", "ssl/server.key", "ssl/server.crt"):
            self.assertIn(f"Leaving {self.folder}/{name} unchanged", ended.output)
        after = [self.read(n) for n in ("new.conf", "ssl/server.key", "ssl/server.crt")]
        self.assertEqual(after, before)

    def test_key_alone(self) -> None:
        """Where there is a key and no certificate, that is made for the key."""
        self.init("--yes", *self.words)
        (self.folder / "ssl/server.crt").unlink()
        key = self.read("ssl/server.key")
        again = [word if word != "repo" else "second" for word in self.words]
        self.assertEqual(self.init("--yes", *again).status, 0)
        self.assertEqual(self.read("ssl/server.key"), key)
        self.assertIn("BEGIN CERTIFICATE", self.read("ssl/server.crt"))

    def test_existing_repository(self) -> None:
        """A repository that is there is not initialised again."""
        (self.folder / "repo/etc").mkdir(parents=True)
        ended = self.init("--yes", *self.words)
        self.assertEqual(ended.status, 1)
        self.assertEqual(ended.output, f"Failed to create {self.folder}/repo/etc.\n")
        self.assertFalse((self.folder / "new.conf").exists())

    def test_asked(self) -> None:
        """What the command line leaves open is asked, with defaults; the answers count."""
        ended = self.init(*self.words, stdin="\nLesezeichen7\n\n\n\n")
        self.assertEqual(ended.status, 0, ended.errors)
        self.assertIn("Server location [https://books.example.com:6789]: ", ended.output)
        self.assertIn("Country code for certificate [US]: ", ended.output)
        self.assertNotIn("What is the server's hostname", ended.output)
        self.assertIn("password = Lesezeichen7\n", self.read("new.conf"))

    def test_end_of_input(self) -> None:
        """Where the answers end nothing is made."""
        ended = self.init(stdin="books.example.com\n")
        self.assertEqual(ended.status, 1)
        self.assertEqual(list(self.folder.iterdir()), [])
