"""Files of certificates and keys of other kinds than are wanted: each is told with its remedy."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.auth import ServerContext
from bcfg2tw.certificates.files import read_files
from bcfg2tw.certificates.order import oddities
from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings
from tests.certificates import Authority
from tests.network import an_authority, tls_settings

WANTED = {
    "cert": "name a PEM file with the server's certificate",
    "key": "name a PEM file with the server's private key",
    "ca": "name a PEM file with the certificates of authorities",
}


class KindsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.authority = an_authority(self)
        self.settings = tls_settings(self, self.authority)
        self.certificate = x509.load_pem_x509_certificate(Path(self.settings.cert).read_bytes())
        self.key: Any = serialization.load_pem_private_key(
            Path(self.settings.key).read_bytes(), None
        )
        self.file = os.path.abspath(self.mktemp())

    def refusal(self, field: str, data: bytes) -> str:
        """Return why a file with some content is refused, without option and path."""
        Path(self.file).write_bytes(data)
        paths = {"cert": self.settings.cert, "key": self.settings.key, field: self.file}
        error = self.assertRaises(SettingsError, ServerContext, Settings(**paths))
        option = "certificate" if field == "cert" else field
        beginning = f"[communication] {option}: {self.file} "
        self.assertTrue(str(error).startswith(beginning), str(error))
        return str(error).removeprefix(beginning)

    def private(self, encoding: Encoding, passphrase: bytes | None = None) -> bytes:
        """Return the key."""
        encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        data: bytes = self.key.private_bytes(encoding, PrivateFormat.PKCS8, encryption)
        return data

    def test_empty(self) -> None:
        """An empty file is told as such."""
        for field, wanted in WANTED.items():
            for data in (b"", b"\n \n"):
                self.assertEqual(self.refusal(field, data), f"is empty: {wanted}")

    def test_der(self) -> None:
        """What is in DER gets the command that makes PEM of it."""
        certificate = self.certificate.public_bytes(Encoding.DER)
        for field, data, command in (
            ("cert", certificate, "openssl x509 -inform DER"),
            ("ca", certificate, "openssl x509 -inform DER"),
            ("key", self.private(Encoding.DER), "openssl pkey -inform DER"),
            ("key", self.private(Encoding.DER, b"x"), "openssl pkey -inform DER"),
        ):
            expected = f"is DER, and PEM is wanted: {command} -in {self.file} -out FILE"
            self.assertEqual(self.refusal(field, data), expected)

    def test_pkcs12(self) -> None:
        """So does PKCS#12."""
        data = pkcs12.serialize_key_and_certificates(
            None, self.key, self.certificate, None, BestAvailableEncryption(b"x")
        )
        for field, options in (
            ("cert", "-nokeys"), ("ca", "-nokeys -cacerts"), ("key", "-nocerts -nodes")
        ):  # fmt: skip
            self.assertEqual(
                self.refusal(field, data),
                f"is PKCS#12, and PEM is wanted: openssl pkcs12 {options} -in {self.file} "
                "-out FILE",
            )

    def test_others(self) -> None:
        """What else PEM and DER can hold is named."""
        request = x509.CertificateSigningRequestBuilder(self.certificate.subject).sign(
            self.key, hashes.SHA256()
        )
        public = self.key.public_key()
        for data, name in (
            (request.public_bytes(Encoding.PEM), "a request for a certificate"),
            (request.public_bytes(Encoding.DER), "a request for a certificate (in DER)"),
            (
                public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
                "a public key",
            ),
        ):
            for field, wanted in WANTED.items():
                self.assertEqual(self.refusal(field, data), f"holds {name}: {wanted}")
        self.assertEqual(
            self.refusal("key", self.authority.revocations()),
            f"holds a list of revoked certificates: {WANTED['key']}",
        )

    def test_swapped(self) -> None:
        """A key in place of the certificate, and the reverse, are likely to be swapped."""
        self.assertTrue(
            self.refusal("cert", self.private(Encoding.PEM)).startswith(
                "holds a private key: are certificate and key swapped? Name a PEM file with the "
            )
        )
        self.assertTrue(
            self.refusal("key", self.certificate.public_bytes(Encoding.PEM)).startswith(
                "holds a certificate: are certificate and key swapped? Name a PEM file with the "
            )
        )
        self.assertEqual(
            self.refusal("ca", self.private(Encoding.PEM)), f"holds a private key: {WANTED['ca']}"
        )

    def test_both_in_one(self) -> None:
        """One file with certificate and key may serve as both."""
        Path(self.file).write_bytes(
            self.private(Encoding.PEM) + self.certificate.public_bytes(Encoding.PEM)
        )
        ServerContext(Settings(cert=self.file, key=self.file))

    def test_damaged(self) -> None:
        """A damaged file of the right kind has OpenSSL's reason."""
        data = self.certificate.public_bytes(Encoding.PEM)
        text = self.refusal("cert", data.replace(b"MII", b"!!!", 1))
        self.assertIn("holds no certificate in PEM that can be used: PEM lib, bad", text)


class ClosedTests(SynchronousTestCase):
    """Files that the server's user may not read."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())  # trial's own folders may be closed to others
        self.addCleanup(shutil.rmtree, self.folder)
        self.folder.chmod(0o755)
        authority = Authority(self.folder / "ssl")
        self.cert, self.key = authority.issue("localhost")
        self.settings = Settings(cert=str(self.cert), key=str(self.key))

    @contextmanager
    def as_other_user(self) -> Iterator[str]:
        """Act as a user whom files can be closed to; give the name."""
        if os.geteuid() != 0:
            yield pwd.getpwuid(os.geteuid()).pw_name
            return
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
        try:
            yield "nobody"
        finally:
            os.seteuid(0)

    def test_told(self) -> None:
        """The file, or the folder on the way to it that is closed, is named with the user."""
        for closed, option in ((self.key, "key"), (self.folder / "ssl", "certificate")):
            before = closed.stat().st_mode
            closed.chmod(0)
            with self.as_other_user() as user:
                error = self.assertRaises(SettingsError, ServerContext, self.settings)
            closed.chmod(before)
            self.assertEqual(
                str(error),
                f"[communication] {option}: {closed} cannot be read by user {user}: chown or chmod "
                "it",
            )


class OrderTests(SynchronousTestCase):
    """Chains of certificates."""

    def setUp(self) -> None:
        self.authority = an_authority(self)
        self.settings = tls_settings(self, self.authority)
        self.chain = os.path.abspath(self.mktemp())

    def write(self, *paths: Any) -> Settings:
        """Write a chain of some certificates, and return the settings for it."""
        Path(self.chain).write_bytes(b"".join(Path(path).read_bytes() for path in paths))
        return Settings(cert=self.chain, key=self.settings.key)

    def test_authority_first(self) -> None:
        """A chain that does not begin with the key's certificate is refused with its number."""
        settings = self.write(self.authority.certificate, self.settings.cert)
        error = self.assertRaises(SettingsError, ServerContext, settings)
        self.assertEqual(
            str(error),
            f"[communication] certificate: {self.chain} begins with another certificate than the "
            "key's, which is number 2 in it: the server's own comes first, then that of its "
            "authority",
        )

    def test_disorder(self) -> None:
        """A chain in which one did not issue the one before it is told, and served."""
        other, _ = self.authority.issue("other.example.test")
        settings = self.write(self.settings.cert, other, self.authority.certificate)
        ServerContext(settings)
        (sentence,) = oddities(read_files(settings))
        self.assertEqual(
            sentence,
            f"{self.chain}: certificate number 2 did not issue the one before it, so that clients "
            "may not find their way: put behind each that of its issuer",
        )
        good = self.write(self.settings.cert, self.authority.certificate)
        self.assertEqual(oddities(read_files(good)), [])
