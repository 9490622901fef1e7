"""An authority that is a certificate and its key, and nothing else: it signs without OpenSSL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import (
    AuthorityKeyIdentifier,
    BasicConstraints,
    Certificate,
    CertificateBuilder,
    CertificateSigningRequest,
    ExtendedKeyUsage,
    ExtensionNotFound,
    KeyUsage,
    SubjectAlternativeName,
    SubjectKeyIdentifier,
    load_pem_x509_certificate,
    load_pem_x509_csr,
    random_serial_number,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from bcfg2tw.engine.plugins.cfg.certificates.request import SIGNING_KEYS, has_key
from bcfg2tw.errors import PluginExecutionError

#: So much earlier a certificate becomes valid, for clients whose clocks are late.
CLOCK_TOLERANCE = timedelta(hours=1)


@dataclass(frozen=True)
class LocalAuthority:
    """
    A certificate of an authority, and its key.

    :ivar section: of bcfg2.conf, for messages
    :ivar certificate: path of the authority's certificate
    :ivar key: path of its key
    """

    section: str
    certificate: str
    key: str
    passphrase: str | None

    def sign(self, request: bytes, days: int) -> str:
        """
        Return a certificate for a request; it ends no later than the authority's own.

        :raises PluginExecutionError: if the authority cannot sign
        """
        issuer, key = self._issuer(), self._key()
        parsed_request = load_pem_x509_csr(request)
        now = datetime.now(timezone.utc).replace(microsecond=0)
        if issuer.not_valid_after_utc <= now:
            raise self._problem("certificate", f"it expired at {issuer.not_valid_after_utc}")
        builder = (
            _builder(parsed_request, issuer)
            .subject_name(parsed_request.subject)
            .issuer_name(issuer.subject)
            .public_key(parsed_request.public_key())
            .serial_number(random_serial_number())
            .not_valid_before(max(now - CLOCK_TOLERANCE, issuer.not_valid_before_utc))
            .not_valid_after(_end(now, days, issuer))
        )
        digest = None if isinstance(key, Ed25519PrivateKey) else SHA256()
        return builder.sign(key, digest).public_bytes(Encoding.PEM).decode("ascii")

    def verify(self, certificate: Certificate) -> None:
        """
        Check that a certificate comes from here, and is in date.

        :raises PluginExecutionError: with the reason, if it does not
        """
        try:
            certificate.verify_directly_issued_by(self._issuer())
        except (ValueError, TypeError, InvalidSignature) as error:
            raise PluginExecutionError(f"it is not signed by {self.certificate}") from error
        if certificate.not_valid_after_utc < datetime.now(timezone.utc):
            raise PluginExecutionError(f"it expired at {certificate.not_valid_after_utc}")

    def _issuer(self) -> Certificate:
        try:
            return load_pem_x509_certificate(self._read("certificate", self.certificate))
        except ValueError as error:
            raise self._problem("certificate", "it is no certificate in PEM") from error

    def _key(self) -> CertificateIssuerPrivateKeyTypes:
        data = self._read("key", self.key)
        secret = None if self.passphrase is None else self.passphrase.encode()
        try:
            key = load_pem_private_key(data, secret)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            reason = "it is no private key in PEM, or the passphrase does not fit"
            raise self._problem("key", reason) from error
        if not isinstance(key, SIGNING_KEYS):
            raise self._problem("key", f"{type(key).__name__} cannot sign")
        if not has_key(self._issuer(), key):
            raise self._problem("key", f"it does not belong to {self.certificate}")
        return key

    def _read(self, option: str, path: str) -> bytes:
        try:
            with open(path, "rb") as stream:
                return stream.read()
        except OSError as error:
            raise self._problem(option, f"{path!r}: {error.strerror}") from error

    def _problem(self, option: str, reason: str) -> PluginExecutionError:
        return PluginExecutionError(f"[{self.section}] {option}: {reason}")


def _end(now: datetime, days: int, issuer: Certificate) -> datetime:
    try:
        return min(now + timedelta(days=days), issuer.not_valid_after_utc)
    except OverflowError:
        return issuer.not_valid_after_utc


def _builder(request: CertificateSigningRequest, issuer: Certificate) -> CertificateBuilder:
    """Return a builder with what a certificate of a server or a client says of itself."""
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    names = request.extensions.get_extension_for_class(SubjectAlternativeName)
    return (
        CertificateBuilder()
        .add_extension(BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(request), critical=True)
        .add_extension(ExtendedKeyUsage(purposes), critical=False)
        .add_extension(names.value, critical=False)
        .add_extension(SubjectKeyIdentifier.from_public_key(request.public_key()), critical=False)
        .add_extension(_identifier(issuer), critical=False)
    )


def _key_usage(request: CertificateSigningRequest) -> KeyUsage:
    return KeyUsage(
        digital_signature=True,
        key_encipherment=isinstance(request.public_key(), RSAPublicKey),
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _identifier(issuer: Certificate) -> AuthorityKeyIdentifier:
    try:
        issuer_identifier = issuer.extensions.get_extension_for_class(SubjectKeyIdentifier).value
    except ExtensionNotFound:
        issuer_identifier = SubjectKeyIdentifier.from_public_key(issuer.public_key())
    return AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_identifier)
