"""TLS and credentials: what is admitted, what is refused, and what the administrator is told."""

from __future__ import annotations

import base64
import contextlib
import os
import ssl
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID
from OpenSSL import SSL, crypto
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.auth import (
    BadCredentials,
    HandshakeFailures,
    ServerContext,
    credentials,
)
from bcfg2tw.certificates.presented import peer_certificate
from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings
from tests.network import (
    SERVER,
    an_authority,
    client_context,
    client_side,
    log_lines,
    shake_hands,
    tls_settings,
)


def accept(context: ServerContext) -> Any:
    """Return the server's end of a connection."""
    connection = context.serverConnectionForTLS(None)  # type: ignore[arg-type]  # it is not used
    connection.set_accept_state()
    return connection


def only(version: int) -> Any:
    """Return what limits a client to one version of TLS."""

    def configure(context: SSL.Context) -> None:
        context.set_min_proto_version(version)
        context.set_max_proto_version(version)
        context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")

    return configure


def with_certificate(files: tuple[Path, Path]) -> Any:
    """Return what gives a client its certificate."""

    def configure(context: SSL.Context) -> None:
        context.use_certificate_file(str(files[0]))
        context.use_privatekey_file(str(files[1]))

    return configure


class Connected:
    """A transport with TLS."""

    def __init__(self, connection: SSL.Connection) -> None:
        self._connection = connection

    def getPeerCertificate(self) -> crypto.X509 | None:
        return self._connection.get_peer_certificate()


class VersionTests(SynchronousTestCase):
    """Versions of TLS, by real handshakes."""

    def setUp(self) -> None:
        self.authority = an_authority(self)

    def negotiated(self, version: int, **settings: Any) -> str:
        """Return the version of a connection to a client that knows just that one."""
        server = accept(ServerContext(tls_settings(self, self.authority, **settings)))
        shake_hands(client_side(only(version)), server)
        return str(server.get_protocol_version_name())

    def test_current(self) -> None:
        """TLS 1.2 and 1.3 are admitted, whatever the protocol is called."""
        for protocol in ("xmlrpc/ssl", "xmlrpc/tlsv1"):
            self.assertEqual(self.negotiated(SSL.TLS1_2_VERSION, protocol=protocol), "TLSv1.2")
            self.assertEqual(self.negotiated(SSL.TLS1_3_VERSION, protocol=protocol), "TLSv1.3")

    def test_old_by_default(self) -> None:
        """TLS 1.0 and 1.1 are refused by default."""
        for version in (SSL.TLS1_VERSION, SSL.TLS1_1_VERSION):
            self.assertRaises(SSL.Error, self.negotiated, version)

    def test_old_where_configured(self) -> None:
        """`protocol = xmlrpc/tlsv1` admits TLS 1.0, with today's OpenSSL as well."""
        self.assertEqual(self.negotiated(SSL.TLS1_VERSION, protocol="xmlrpc/tlsv1"), "TLSv1")

    def test_newest_is_chosen(self) -> None:
        """Where TLS 1.0 is admitted, a client that knows TLS 1.3 gets that."""
        context = ServerContext(tls_settings(self, self.authority, protocol="xmlrpc/tlsv1"))
        server = accept(context)
        shake_hands(client_side(), server)
        self.assertEqual(server.get_protocol_version_name(), "TLSv1.3")


class FilesTests(SynchronousTestCase):
    """The files that bcfg2.conf names."""

    def setUp(self) -> None:
        self.authority = an_authority(self)
        self.settings = tls_settings(self, self.authority)
        self.garbage = os.path.abspath(self.mktemp())
        Path(self.garbage).write_text("no PEM\n")

    def assert_refused(self, text: str, **settings: str) -> None:
        """Check the sentence with which a file is refused."""
        paths: dict[str, Any] = {"cert": self.settings.cert, "key": self.settings.key, **settings}
        error = self.assertRaises(SettingsError, ServerContext, Settings(**paths))
        self.assertEqual(str(error), text)

    def test_missing(self) -> None:
        """A missing file is named with its option."""
        for field, option in (("cert", "certificate"), ("key", "key"), ("ca", "ca")):
            self.assert_refused(
                f"[communication] {option}: /nowhere/x.pem cannot be read: "
                "No such file or directory; name a PEM file that can",
                **{field: "/nowhere/x.pem"},
            )

    def test_garbage(self) -> None:
        """A file without PEM data is named with its option, and OpenSSL's reason."""
        for field, option in (("cert", "certificate"), ("key", "key"), ("ca", "ca")):
            paths = {"cert": self.settings.cert, "key": self.settings.key, field: self.garbage}
            error = self.assertRaises(SettingsError, ServerContext, Settings(**paths))
            expected = f"[communication] {option}: {self.garbage} holds no {option} in PEM"
            self.assertTrue(str(error).startswith(expected), str(error))

    def test_folder(self) -> None:
        """A folder is no certificate."""
        folder = os.path.dirname(self.garbage)
        self.assert_refused(
            f"[communication] certificate: {folder} cannot be read: Is a directory; "
            "name a PEM file that can",
            cert=folder,
        )

    def test_other_key(self) -> None:
        """A key that the certificate was not made for is refused."""
        _, other = self.authority.issue("other.example.test")
        self.assert_refused(
            f"[communication] key: {other} does not belong to the certificate "
            f"{self.settings.cert}: give the key that the certificate was made for",
            key=str(other),
        )

    def test_encrypted_key(self) -> None:
        """An encrypted key is refused rather than asked for at the terminal."""
        key = serialization.load_pem_private_key(Path(self.settings.key).read_bytes(), None)
        for form in (
            serialization.PrivateFormat.PKCS8,
            serialization.PrivateFormat.TraditionalOpenSSL,
        ):
            Path(self.garbage).write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    form,
                    serialization.BestAvailableEncryption(b"passphrase"),
                )
            )
            self.assert_refused(
                f"[communication] key: {self.garbage}: it is encrypted; store it without a "
                "passphrase (openssl pkey -in ...)",
                key=self.garbage,
            )

    def test_chain(self) -> None:
        """Intermediate certificates behind the server's own are sent with it."""
        chain = os.path.abspath(self.mktemp())
        intermediate = self.authority.certificate.read_bytes()
        Path(chain).write_bytes(Path(self.settings.cert).read_bytes() + intermediate)
        client = client_side()
        shake_hands(client, accept(ServerContext(tls_settings(self, self.authority, cert=chain))))
        sent = [one.to_cryptography() for one in client.get_peer_cert_chain()]
        self.assertEqual(sent[1:], [x509.load_pem_x509_certificate(intermediate)])


class ReloadTests(SynchronousTestCase):
    """Certificates that change while the server runs."""

    def setUp(self) -> None:
        authority = an_authority(self)
        self.settings = tls_settings(self, authority)
        self.context = ServerContext(self.settings)
        self.other = [path.read_bytes() for path in authority.issue("new.example.test")]

    def name(self) -> str:
        """Return the common name that a new connection sees."""
        client = client_side()
        shake_hands(client, accept(self.context))
        subject = client.get_peer_certificate().to_cryptography().subject
        return str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    def test_new(self) -> None:
        """New connections have the new certificate once it was read again, and not before."""
        Path(self.settings.cert).write_bytes(self.other[0])
        Path(self.settings.key).write_bytes(self.other[1])
        self.assertEqual(self.name(), SERVER)
        self.context.reload()
        self.assertEqual(self.name(), "new.example.test")

    def test_unusable(self) -> None:
        """While the new files do not fit together, the old certificate stays in service."""
        Path(self.settings.cert).write_bytes(self.other[0])
        self.assertRaises(SettingsError, self.context.reload)
        self.assertEqual(self.name(), SERVER)

    def test_other_settings(self) -> None:
        """Settings that were read again may name other files; unusable ones change nothing."""
        self.assertRaises(SettingsError, self.context.reload, Settings(cert="/nowhere"))
        self.context.reload()
        self.assertEqual(self.name(), SERVER)


class ClientCertificateTests(SynchronousTestCase):
    """Certificates that clients present."""

    def setUp(self) -> None:
        self.authority = an_authority(self)
        ca = str(self.authority.certificate)
        self.context = ServerContext(tls_settings(self, self.authority, ca=ca))

    def presented(self, configure: Any = lambda context: None) -> dict[str, Any] | None:
        """Return what the core learns of a client's certificate."""
        server = accept(self.context)
        shake_hands(client_side(configure), server)
        return peer_certificate(Connected(server))

    def test_none(self) -> None:
        """A client without a certificate is let in; the core learns of none."""
        self.assertIsNone(self.presented())

    def test_good(self) -> None:
        """The core learns the subject in the form of Python's ssl module."""
        self.assertEqual(
            self.presented(with_certificate(self.authority.issue("web1.example.test"))),
            {"subject": ((("commonName", "web1.example.test"),),)},
        )

    def test_alternative_names(self) -> None:
        """It learns of further host names, not of addresses."""
        names = ["web1.example.test", "www.example.test", "192.0.2.7"]
        self.assertEqual(
            self.presented(with_certificate(self.authority.issue("web1.example.test", names))),
            {
                "subject": ((("commonName", "web1.example.test"),),),
                "subjectAltName": (("DNS", "www.example.test"),),
            },
        )

    def test_other_authority(self) -> None:
        """A certificate of another authority is refused in the handshake."""
        impostor = an_authority(self).issue("web1.example.test")
        error = self.assertRaises(SSL.Error, self.presented, with_certificate(impostor))
        self.assertIn("certificate verify failed", str(error))

    def test_no_authority(self) -> None:
        """Without an authority to check it, no certificate is asked for."""
        self.context = ServerContext(tls_settings(self, self.authority))
        self.assertIsNone(
            self.presented(with_certificate(self.authority.issue("web1.example.test")))
        )

    def test_no_tls(self) -> None:
        """A transport without TLS has no certificate."""
        self.assertIsNone(peer_certificate(object()))


class ResumptionTests(SynchronousTestCase):
    """Clients that come back."""

    def setUp(self) -> None:
        self.authority = an_authority(self)
        self.settings = tls_settings(self, self.authority, ca=str(self.authority.certificate))
        self.context = ServerContext(self.settings)
        self.client = client_context(self.authority, "web1.example.test")

    def connect(self, session: ssl.SSLSession | None = None) -> tuple[Any, ssl.SSLObject]:
        """Return both ends of a new connection."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = self.client.wrap_bio(incoming, outgoing, server_hostname=SERVER, session=session)
        server = accept(self.context)
        for _ in range(3):
            for end in (client, server):
                with contextlib.suppress(ssl.SSLWantReadError, SSL.WantReadError):
                    end.do_handshake()
                if pending := outgoing.read():
                    server.bio_write(pending)
                with contextlib.suppress(SSL.WantReadError):
                    incoming.write(server.bio_read(2**16))
        with contextlib.suppress(ssl.SSLWantReadError):
            client.read(1)  # takes the tickets of TLS 1.3
        return server, client

    def assert_resumed(self) -> None:
        """Check that a second connection resumes the first's session."""
        _, first = self.connect()
        self.assertFalse(first.session_reused)
        server, second = self.connect(first.session)
        self.assertTrue(second.session_reused)
        self.assertEqual(
            peer_certificate(Connected(server)),
            {"subject": ((("commonName", "web1.example.test"),),)},
        )

    def test_resumed(self) -> None:
        """A session is resumed with TLS 1.3, and the client is still known by its certificate."""
        self.assert_resumed()

    def test_resumed_older(self) -> None:
        """The same with TLS 1.2."""
        self.client.maximum_version = ssl.TLSVersion.TLSv1_2
        self.assert_resumed()

    def test_other_authority(self) -> None:
        """After the authority changed, sessions that the old one vouched for are not resumed."""
        self.client.maximum_version = ssl.TLSVersion.TLSv1_2
        _, first = self.connect()
        other = an_authority(self, "Other CA")
        self.context.reload(tls_settings(self, self.authority, ca=str(other.certificate)))
        error = self.assertRaises(SSL.Error, self.connect, first.session)
        self.assertIn("certificate verify failed", str(error))


class FailureLogTests(SynchronousTestCase):
    """What the log says of handshakes that fail."""

    def setUp(self) -> None:
        self.patch(HandshakeFailures, "LIMIT", 3)
        self.authority = an_authority(self)

    def failure(self, configure: Any, **settings: Any) -> SSL.Error:
        """Return with what the server's end fails."""
        server = accept(ServerContext(tls_settings(self, self.authority, **settings)))
        error = self.assertRaises(SSL.Error, shake_hands, client_side(configure), server)
        assert isinstance(error, SSL.Error)
        return error

    def noted(self, failures: HandshakeFailures, ip: str, error: BaseException) -> list[str]:
        """Return what is logged about a failure."""
        lines = log_lines(self)
        failures.note(ip, error)
        return lines

    def test_too_old(self) -> None:
        """A client that is too old is named once, with the line that would admit it."""
        failures = HandshakeFailures("xmlrpc/ssl")
        error = self.failure(only(SSL.TLS1_VERSION))
        self.assertEqual(
            self.noted(failures, "192.0.2.1", error),
            [
                "TLS handshake with 192.0.2.1 failed: it offers nothing newer than TLS 1.1. This "
                "line in bcfg2.conf would admit it: [communication] protocol = xmlrpc/tlsv1"
            ],
        )
        self.assertEqual(self.noted(failures, "192.0.2.1", error), [])
        self.assertEqual(len(self.noted(failures, "192.0.2.2", error)), 1)

    def test_bounded(self) -> None:
        """However many addresses fail, no more than a number of them is remembered."""
        failures = HandshakeFailures("xmlrpc/ssl")
        error = self.failure(only(SSL.TLS1_VERSION))
        for number in range(10):
            self.noted(failures, f"192.0.2.{number}", error)
        self.assertEqual(len(failures.said), 3)

    def test_other_reasons(self) -> None:
        """A wrong certificate is logged with OpenSSL's reason; what just ended is not."""
        failures = HandshakeFailures("xmlrpc/ssl")
        impostor = with_certificate(an_authority(self).issue("web1.example.test"))
        error = self.failure(impostor, ca=str(self.authority.certificate))
        self.assertEqual(
            self.noted(failures, "192.0.2.1", error),
            ["TLS handshake with 192.0.2.1 failed: certificate verify failed"],
        )
        self.assertEqual(self.noted(failures, "192.0.2.1", ConnectionError("gone")), [])

    def test_remedies(self) -> None:
        """Where OpenSSL's words have a usual cause, its remedy follows them."""
        lines = log_lines(self)
        for protocol, reason, remedy in (
            ("xmlrpc/ssl", "http request", "it speaks plain HTTP: write https:// in its"),
            ("xmlrpc/ssl", "tlsv1 alert unknown ca", "does not trust the authority of this server"),
            ("xmlrpc/tlsv1", "tlsv1 alert internal error", "(it says legacy sigalg): write [commu"),
        ):
            HandshakeFailures(protocol).note_reason("192.0.2.1", reason)
            self.assertIn(f"192.0.2.1 failed: {reason} (", lines[-1])
            self.assertIn(remedy, lines[-1])
        HandshakeFailures("xmlrpc/ssl").note_reason("192.0.2.1", "tlsv1 alert internal error")
        self.assertTrue(lines[-1].endswith("tlsv1 alert internal error"))


class CredentialsTests(SynchronousTestCase):
    """The Authorization header."""

    def header(self, text: bytes, scheme: bytes = b"Basic") -> bytes:
        """Return a header's value."""
        return scheme + b" " + base64.b64encode(text)

    def test_read(self) -> None:
        """The first colon parts user and password; both are UTF-8; the scheme has any case."""
        cases = {
            b"root:secret": ("root", "secret"),
            b"root:a:b:": ("root", "a:b:"),
            b"root:": ("root", ""),
            b":x": ("", "x"),
            "jürgen:pässword".encode(): ("jürgen", "pässword"),
            b"root:a+b c": ("root", "a+b c"),
        }
        for text, expected in cases.items():
            for scheme in (b"Basic", b"basic", b"BASIC"):
                self.assertEqual(credentials(self.header(text, scheme)), expected)

    def test_refused(self) -> None:
        """Whatever else stands there is refused."""
        cases = [
            None,
            b"",
            b"Basic",
            b"Basic !!!!",
            b"Basic cm9vd",
            b"cm9vdDp4",
            self.header(b"root:x", b"Bearer"),
            self.header(b"no colon"),
            self.header(b"root:\xff"),
        ]
        for case in cases:
            self.assertRaises(BadCredentials, credentials, case)
