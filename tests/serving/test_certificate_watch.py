"""Files of certificates that change while the server runs, and those that end soon."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import SkipTest

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.auth import ServerContext
from bcfg2tw.errors import SettingsError
from bcfg2tw.serving.certificate_watch import DAY_SECONDS, RETRY_SECONDS, CertificateWatch
from bcfg2tw.settings import Settings
from tests.network import SERVER, an_authority, log_lines, tls_settings

MONTH = timedelta(days=30)


class WatchTestCase(SynchronousTestCase):
    """A watch over the files of a server."""

    def setUp(self) -> None:
        self.lines = log_lines(self)
        self.authority = an_authority(self)
        self.clock = Clock()

    def start(self, **settings: Any) -> None:
        """Watch the files of settings, whose certificate is copied to a place of its own."""
        made = tls_settings(self, self.authority, **settings)
        self.cert, self.key = Path(self.mktemp()).absolute(), Path(self.mktemp()).absolute()
        self.cert.write_bytes(Path(made.cert).read_bytes())
        self.key.write_bytes(Path(made.key).read_bytes())
        made = tls_settings(
            self, self.authority, **{**settings, "cert": str(self.cert), "key": str(self.key)}
        )
        self.context = ServerContext(made)
        self.watch = CertificateWatch(self.clock, self.context)
        self.watch.startService()
        self.addCleanup(self.watch.stopService)

    def name(self) -> str:
        """Return the name in the certificate that is in force."""
        return self.context.files.chain[0].subject.rfc4514_string()

    def look(self, times: int = 3) -> None:
        """Let the watch look some times."""
        for _ in range(times):
            self.clock.advance(1)

    def said(self, text: str) -> int:
        """Return how often the log says something."""
        return sum(text in line for line in self.lines)


class OddityTests(WatchTestCase):
    def test_no_authority(self) -> None:
        """Authorities that are none are said at the start."""
        cert, _ = self.authority.issue("server.example.test")
        self.start(ca=str(cert))
        self.assertEqual(self.said(f"{cert} is no authority's certificate: clients cannot"), 1)
        self.look()
        self.assertEqual(self.said("is no authority's certificate"), 1)

    def test_good(self) -> None:
        """Nothing is said of good ones."""
        self.start(ca=str(self.authority.certificate))
        self.assertEqual(self.lines, [])


class ChangeTests(WatchTestCase):
    def test_new_pair(self) -> None:
        """A new certificate with its key is in force a few seconds later, which one line says."""
        self.start()
        cert, key = self.authority.issue("new.example.test")
        self.cert.write_bytes(cert.read_bytes())
        self.key.write_bytes(key.read_bytes())
        self.look()
        self.assertEqual(self.name(), "CN=new.example.test")
        self.assertEqual(self.said("The certificates have changed and are read again"), 1)

    def test_half_a_pair(self) -> None:
        """A certificate without its key is one line; both count when the key is there."""
        self.start()
        cert, key = self.authority.issue("new.example.test")
        self.cert.write_bytes(cert.read_bytes())
        self.look(100)
        self.assertEqual(self.name(), f"CN={SERVER}")
        self.assertEqual(self.said("does not belong to the certificate"), 1)
        self.assertEqual(self.said("what was read before stays in force"), 1)
        self.key.write_bytes(key.read_bytes())
        self.look()
        self.assertEqual(self.name(), "CN=new.example.test")

    def test_half_written(self) -> None:
        """A file that is still being written is not read, and one that stays broken is one line."""
        self.start()
        text = self.cert.read_bytes()
        for size in range(1, 6):
            self.cert.write_bytes(text[:size])
            self.look(1)
        self.assertEqual(self.said("stays in force"), 0)
        self.look(100)
        self.assertEqual(self.said("holds no certificate in PEM"), 1)
        self.cert.write_bytes(text)
        self.look()
        self.assertEqual(self.said("are read again"), 1)

    def test_gone(self) -> None:
        """A file that is gone for a while is one line, and is taken in when it is back."""
        self.start()
        text = self.key.read_bytes()
        self.key.unlink()
        self.look(10)
        self.assertEqual(self.said("cannot be read: No such file or directory"), 1)
        self.key.write_bytes(text)
        self.look()
        self.assertEqual(self.said("are read again"), 1)

    def test_tried_again(self) -> None:
        """What could not be read for another reason than its content is tried again in time."""
        self.start()
        self.key.write_bytes(self.key.read_bytes() + b"\n")
        limit = os.path.join(self.mktemp(), "missing")
        self.context.settings = Settings(cert=str(self.cert), key=str(self.key), ca=limit)
        self.look(5)
        self.assertEqual(self.said("cannot be read"), 1)
        self.context.settings = Settings(cert=str(self.cert), key=str(self.key))
        self.clock.advance(RETRY_SECONDS)
        self.look()
        self.assertEqual(self.said("are read again"), 1)


class PrivilegeTests(WatchTestCase):
    """A server that has given up the rights under which it read its files."""

    def setUp(self) -> None:
        super().setUp()
        if os.geteuid() != 0:
            raise SkipTest("only root can give up its rights")

    def settings_of(self, mode: int) -> Settings:
        """Return settings of files that everybody can get at, but for the key's mode."""
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        folder.chmod(0o755)
        for name, path in zip(("cert", "key"), self.authority.issue(SERVER), strict=True):
            (folder / name).write_bytes(path.read_bytes())
        (folder / "cert").chmod(0o644)
        (folder / "key").chmod(mode)
        return Settings(cert=str(folder / "cert"), key=str(folder / "key"))

    def start_as_nobody(self, mode: int) -> Settings:
        """Read the files as root, and start the watch as a user who has no rights."""
        settings = self.settings_of(mode)
        self.watch = CertificateWatch(self.clock, ServerContext(settings))
        os.seteuid(65534)
        try:
            self.watch.startService()
        finally:
            os.seteuid(0)
        self.addCleanup(self.watch.stopService)
        return settings

    def test_key_of_root(self) -> None:
        """A key that only root can read is said at the start, with the remedy."""
        settings = self.start_as_nobody(0o600)
        self.assertEqual(self.said(f"{settings.key} was read by another user and cannot be"), 1)
        self.assertEqual(self.said(f"chmod g+r {settings.key}"), 1)
        self.assertEqual(self.said(settings.cert), 0)

    def test_readable(self) -> None:
        """Nothing is said where all files can be read again."""
        self.start_as_nobody(0o644)
        self.assertEqual(self.lines, [])


class EndingTests(WatchTestCase):
    def test_distant(self) -> None:
        """Nothing is said of what is good for longer than a month."""
        self.start(ca=str(self.authority.certificate))
        self.assertEqual(self.said("ends"), 0)

    def test_soon(self) -> None:
        """The server's certificate that ends within a month is said at the start and daily."""
        cert, key = self.authority.issue(SERVER, good_for=timedelta(days=12, hours=1))
        self.start(cert=str(cert), key=str(key))
        text = f"The server's certificate {self.cert} ends in 12 days ("
        self.assertEqual(self.said(text), 1)
        self.assertEqual(self.said("then clients that check it refuse the server: renew it"), 1)
        self.clock.advance(DAY_SECONDS)
        self.assertEqual(self.said(text), 2)

    def test_over(self) -> None:
        """One that is over is an error; the server serves on."""
        cert, key = self.authority.issue(SERVER, good_for=timedelta(minutes=-5))
        self.start(cert=str(cert), key=str(key))
        self.assertEqual(self.said(f"The server's certificate {self.cert} ended on"), 1)

    def test_renewed(self) -> None:
        """A new one that ends soon as well is said when it is taken in."""
        self.start()
        cert, key = self.authority.issue(SERVER, good_for=timedelta(hours=5))
        self.cert.write_bytes(cert.read_bytes())
        self.key.write_bytes(key.read_bytes())
        self.look()
        self.assertEqual(self.said("ends within a day"), 1)

    def test_authority(self) -> None:
        """An authority that ends is named with its file."""
        end = timedelta(days=20, hours=1)
        chain, _ = self.authority.issue("Old CA", good_for=end)
        self.start(ca=str(chain))
        self.assertEqual(self.said(f"The authority CN=Old CA in {chain} ends in 20 days"), 1)

    def test_list(self) -> None:
        """A list of revocations whose next one is due counts, and that is said."""
        crl = Path(self.mktemp())
        crl.write_bytes(self.authority.revocations(good_for=timedelta(days=-1)))
        self.start(ca=str(self.authority.certificate), crl=str(crl))
        self.assertEqual(self.said(f"The list of revoked certificates {crl} ended on"), 1)
        self.assertEqual(self.said("it counts as it is, without what was revoked since"), 1)


class ListTests(WatchTestCase):
    """Lists of revocations that cannot be used."""

    def refusal(self, content: bytes | None, **settings: Any) -> str:
        """Return the sentence with which a start is refused."""
        self.crl = Path(self.mktemp())
        if content is not None:
            self.crl.write_bytes(content)
        values = {"ca": str(self.authority.certificate), "crl": str(self.crl), **settings}
        made = tls_settings(self, self.authority, **values)
        return str(self.assertRaises(SettingsError, ServerContext, made))

    def test_missing(self) -> None:
        """A list that is not there is named with its option."""
        text = self.refusal(None)
        self.assertIn(f"[communication] crl: {self.crl} cannot be read: No such file", text)

    def test_garbage(self) -> None:
        """Nor is something else a list."""
        text = self.refusal(self.authority.certificate.read_bytes())
        self.assertIn(f"{self.crl}: it is no list of revoked certificates in PEM or DER", text)

    def test_foreign(self) -> None:
        """A list of another authority, which would revoke nothing, is refused."""
        text = self.refusal(an_authority(self, "Other CA").revocations())
        self.assertIn("the list of CN=Other CA is signed by none of the authorities", text)
        self.assertIn("signed by none", self.refusal(an_authority(self).revocations()))

    def test_without_authority(self) -> None:
        """A list without authorities means nothing, which is said."""
        text = self.refusal(self.authority.revocations(), ca=None)
        self.assertIn("[communication] crl: revocations mean nothing without authorities", text)

    def test_broken_later(self) -> None:
        """A list that becomes unusable changes nothing, and is one line."""
        files = self.authority.issue("web1.example.test")
        crl = Path(self.mktemp())
        crl.write_bytes(self.authority.revocations(files[0]))
        self.start(ca=str(self.authority.certificate), crl=str(crl))
        crl.write_bytes(b"")
        self.look(10)
        self.assertEqual(len(self.context.files.revocations.lists), 1)
        self.assertEqual(self.said("it is no list of revoked certificates"), 1)
