"""Certificates of clients that lose their worth, over real TLS: they end, or are revoked."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import SkipTest

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID
from twisted.internet import reactor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.testing import StringTransport
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from bcfg2tw.certificates.files import read_files
from bcfg2tw.certificates.order import oddities
from bcfg2tw.certificates.presented import HandedOn, peer_certificate
from bcfg2tw.certificates.revocations import CurrentRevocations
from bcfg2tw.serving.administration import Administration
from bcfg2tw.serving.core_service import CoreService
from bcfg2tw.settings import Settings
from tests.doubles import RecordingCore
from tests.network import SERVER, an_authority, basic, call_of, free_port, log_lines, tls_settings
from tests.waiting import PATIENCE_SECONDS, wait_until

CLIENT = "web1.example.test"

#: Long enough for a handshake and a call, also on a busy machine.
SHORT = timedelta(seconds=5)


class KeptConnection:
    """A client with a certificate, which keeps its connection and its session; blocks."""

    def __init__(self, ca: Path, files: tuple[Path, Path], port: int, **limits: Any) -> None:
        self._context = ssl.create_default_context(cafile=str(ca))
        self._context.load_cert_chain(*files)
        for name, value in limits.items():
            setattr(self._context, name, value)
        self._port = port
        self.session: ssl.SSLSession | None = None
        self.connect()

    def connect(self) -> None:
        """Open a new connection, which resumes the last session."""
        connection = http.client.HTTPSConnection(
            SERVER, self._port, context=self._context, timeout=PATIENCE_SECONDS
        )
        connection.sock = self._socket()
        self._connection = connection

    def _socket(self) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self._port), PATIENCE_SECONDS)
        return self._context.wrap_socket(plain, server_hostname=SERVER, session=self.session)

    def call(self) -> int:
        """Make a call, and return the status; a connection that was closed is an OSError."""
        self._connection.request("POST", "/RPC2", call_of("ping"), {"Authorization": basic()})
        response = self._connection.getresponse()
        response.read()
        tls: Any = self._connection.sock
        if tls is not None:
            self.session = tls.session
        return response.status

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class LostWorthTests(TestCase):
    """A server with authorities and lists of revocations."""

    timeout = 3 * PATIENCE_SECONDS

    def setUp(self) -> None:
        self.lines = log_lines(self)
        self.authority = an_authority(self)
        self.port = free_port(self)
        self.crl = Path(self.mktemp())
        self.crl.write_bytes(self.authority.revocations())
        settings = tls_settings(
            self,
            self.authority,
            server=f"https://127.0.0.1:{self.port}",
            filemonitor="pseudo",
            ca=str(self.authority.certificate),
            crl=str(self.crl.absolute()),
        )
        self.core = RecordingCore(settings)
        self.service = CoreService(reactor, settings, lambda: self.core)
        self.addCleanup(self.end)
        self.service.startService()

    def end(self) -> Deferred[Any]:
        """Stop the service."""
        return maybeDeferred(self.service.stopService)

    def client(self, files: tuple[Path, Path], **limits: Any) -> KeptConnection:
        """Return a client that has connected; blocks."""
        client = KeptConnection(self.authority.certificate, files, self.port, **limits)
        self.addCleanup(client.close)
        return client

    def refuses(self, client: KeptConnection) -> bool:
        """Say whether a client is refused, by an answer or by the end of its connection."""
        try:
            return client.call() == 401
        except OSError:
            return True

    def said(self, text: str) -> bool:
        """Say whether the log says something."""
        return any(text in line for line in self.lines)

    def refused_within(self, client: KeptConnection, seconds: float) -> float:
        """Call until it is refused, and return how long that took; blocks."""
        begin = time.monotonic()
        wait_until(lambda: client.call() == 401, lambda: "it is still served")
        took = time.monotonic() - begin
        self.assertLess(took, seconds)
        return took

    def ended_certificate(self, **limits: Any) -> tuple[KeptConnection, Callable[[], None]]:
        """Return a client whose certificate ends soon, and what waits for that; blocks."""
        files = self.authority.issue(CLIENT, good_for=SHORT)
        begin = time.monotonic()
        client = self.client(files, **limits)
        self.assertEqual(client.call(), 200)
        left = SHORT.total_seconds() + 1 - (time.monotonic() - begin)
        return client, lambda: time.sleep(max(left, 0))

    async def test_ended_on_kept_connection(self) -> None:
        """A certificate that ends is refused on a connection that is kept, and the log says so."""

        def use() -> int:
            client, wait = self.ended_certificate()
            wait()
            return client.call()

        self.assertEqual(await deferToThread(use), 401)
        self.assertTrue(self.said(f"127.0.0.1 is refused: the certificate of CN={CLIENT} ended on"))

    async def test_ended_before_resumption(self) -> None:
        """No session lets a certificate in that has ended, with TLS 1.3 and 1.2."""

        def use(version: ssl.TLSVersion) -> bool:
            client, wait = self.ended_certificate(maximum_version=version)
            client.close()
            wait()
            try:
                client.connect()
            except OSError:
                return True
            return self.refuses(client)

        for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
            self.assertTrue(await deferToThread(use, version), version)
        self.assertEqual(len(self.core.authenticated), 2)
        self.assertTrue(
            self.said(f"TLS handshake with 127.0.0.1 failed: the certificate of CN={CLIENT}")
        )

    async def test_revoked_on_kept_connection(self) -> None:
        """A client that is revoked is refused within 5 s, others of its authority are not."""
        files, others = self.authority.issue(CLIENT), self.authority.issue("web2.example.test")

        def use() -> None:
            client, other = self.client(files), self.client(others)
            self.assertEqual((client.call(), other.call()), (200, 200))
            self.crl.write_bytes(self.authority.revocations(files[0]))
            self.refused_within(client, 5)
            self.assertEqual(other.call(), 200)

        await deferToThread(use)
        self.assertTrue(
            self.said(f"127.0.0.1 is refused: the certificate of CN={CLIENT} was revoked")
        )

    async def test_revoked_before_handshake(self) -> None:
        """Nor does a client get in that was revoked before, by a list in DER."""
        files = self.authority.issue(CLIENT)

        def use() -> bool:
            client = self.client(files)
            self.crl.write_bytes(self.authority.revocations(files[0], in_der=True))
            self.refused_within(client, 5)
            try:
                client.connect()
            except OSError:
                return True
            return self.refuses(client)

        self.assertTrue(await deferToThread(use))
        self.assertTrue(self.said("TLS handshake with 127.0.0.1 failed: the certificate of"))


class OldNamesTests(TestCase):
    """An authority of old times, which wrote umlauts as OpenSSL did then: as TeletexString."""

    timeout = 3 * PATIENCE_SECONDS

    def setUp(self) -> None:
        if shutil.which("openssl") is None:
            raise SkipTest("there is no openssl")
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir()
        self.ca = self.request("ca", "Test CA", "-x509")
        self.client_file = self.folder / "client.pem"
        request = self.request("client", CLIENT)
        self.openssl(
            "x509", "-req", "-in", str(request), "-CA", str(self.ca), "-CAkey",
            str(self.folder / "ca.key"), "-set_serial", "7", "-out", str(self.client_file),
        )  # fmt: skip

    def request(self, stem: str, common_name: str, *options: str) -> Path:
        """Return the path of a request, or of a certificate; its key is beside it."""
        configuration, path = self.folder / f"{stem}.cnf", self.folder / f"{stem}.out"
        configuration.write_text(
            "[req]\nstring_mask = nombstr\nprompt = no\ndistinguished_name = dn\n"
            f"[dn]\nO = Universit\xe4t\nCN = {common_name}\n",
            "latin-1",
        )
        self.openssl(
            "req", "-new", *options, "-newkey", "rsa:2048", "-nodes", "-config", str(configuration),
            "-keyout", str(self.folder / f"{stem}.key"), "-out", str(path),
        )  # fmt: skip
        return path

    def openssl(self, *arguments: str) -> None:
        """Run openssl."""
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    def test_chain(self) -> None:
        """A server's certificate may be one of its own, with the authority's behind it."""
        chain = self.folder / "chain.pem"
        chain.write_bytes(self.client_file.read_bytes() + self.ca.read_bytes())
        self.assertEqual(oddities(read_files(Settings(cert=str(chain)))), [])

    def test_odd_alternative_names(self) -> None:
        """Alternative names that cannot be read are passed over, whatever their kind."""
        issued = x509.load_pem_x509_certificate(an_authority(self).issue(CLIENT)[0].read_bytes())
        key = ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateBuilder(
            issued.issuer, issued.subject, key.public_key(), issued.serial_number,
            issued.not_valid_before_utc, issued.not_valid_after_utc,
        )  # fmt: skip
        for names in ("3002a300", "3006a504a1020c00", "0001"):  # x400Address, ediPartyName, none
            odd = x509.UnrecognizedExtension(
                ExtensionOID.SUBJECT_ALTERNATIVE_NAME, bytes.fromhex(names)
            )
            certificate = builder.add_extension(odd, False).sign(key, hashes.SHA256())
            transport = StringTransport()
            transport.handed_on = HandedOn(certificate, None, CurrentRevocations())  # type: ignore[attr-defined]
            self.assertEqual(peer_certificate(transport), {"subject": ((("commonName", CLIENT),),)})

    async def test_admitted(self) -> None:
        """Its clients are known by their common names."""
        self.assertEqual(await self.status(), 200)
        ((certificate, *_),) = self.core.authenticated
        self.assertEqual(certificate, {"subject": ((("commonName", CLIENT),),)})
        picture = await Administration(reactor, self.service).obey("picture", {})
        self.assertNotIn("error", picture)

    async def test_list(self) -> None:
        """Its list of revoked certificates counts for those that it names, and no others."""
        self.assertEqual(await self.status(crl=str(self.revocations())), 200)
        with self.assertRaises(OSError):
            await self.status(crl=str(self.revocations("-revoke", str(self.client_file))))

    def test_list_of_another(self) -> None:
        """A list that none of the authorities has signed is refused, also with such a name."""
        crl = self.revocations()
        other = an_authority(self).certificate
        with self.assertRaisesRegex(ValueError, "is signed by none of the authorities"):
            read_files(Settings(cert=str(self.client_file), ca=str(other), crl=str(crl)))

    def revocations(self, *options: str) -> Path:
        """Return the path of a list of the authority, once certificates were revoked."""
        index = self.folder / "index.txt"
        index.touch()
        configuration, path = self.folder / "revocations.cnf", self.folder / "crl.pem"
        configuration.write_text(
            "[ca]\ndefault_ca = own\n"
            f"[own]\ndatabase = {index}\ndefault_md = sha256\ndefault_crl_days = 30\n"
        )
        command = [
            "ca", "-config", str(configuration), "-cert", str(self.ca),
            "-keyfile", str(self.folder / "ca.key"),
        ]  # fmt: skip
        if options:
            self.openssl(*command, *options)
        self.openssl(*command, "-gencrl", "-out", str(path))
        return path

    async def status(self, **options: str) -> int:
        """Return what a client's call is answered with by a server of its own."""
        authority, port = an_authority(self), free_port(self)
        settings = tls_settings(
            self,
            authority,
            server=f"https://127.0.0.1:{port}",
            filemonitor="pseudo",
            ca=str(self.ca),
            **options,
        )
        self.core = core = RecordingCore(settings)
        self.service = service = CoreService(reactor, settings, lambda: core)
        self.addCleanup(lambda: maybeDeferred(service.stopService))
        service.startService()

        def use() -> int:
            files = self.client_file, self.folder / "client.key"
            client = KeptConnection(authority.certificate, files, port)
            self.addCleanup(client.close)
            return client.call()

        return await deferToThread(use)
