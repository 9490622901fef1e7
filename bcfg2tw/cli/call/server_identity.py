"""
The identity of a server: its certificate is checked before anything is sent.

The chain must lead to the site's CA and the certificate must carry the name that was called
(RFC 6125, by service_identity). Certificates of old sites have a common name only; these are
accepted when `[communication] serverCommonNames` lists it, as Bcfg2's client does
(:ref:`wire-1.2`).
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bcfg2tw.errors import Bcfg2Error

if TYPE_CHECKING:  # it takes a while, and not every call looks at names
    from cryptography import x509

__all__ = ["CredentialsError", "IdentityError", "ServerIdentity", "chain_problem"]

# The numbers of X509_verify_cert (openssl-verification-options(1), "DIAGNOSTICS"), with the remedy.
_CHAIN_PROBLEMS = {
    7: "its signature is wrong: was it signed by another CA of the same name?",
    9: "it is not valid yet: compare the clocks",
    10: "it has expired: the server needs a new one",
    18: "it is self-signed: give the certificate itself as --ca, or [communication] ca",
    19: "it comes from a CA that is not trusted: name the CA with --ca, or [communication] ca",
    20: "it comes from a CA that is not trusted: name the CA with --ca, or [communication] ca",
    21: "it comes from a CA that is not trusted: name the CA with --ca, or [communication] ca",
    22: "its chain is too long: name the CA that signed it with --ca, or [communication] ca",
    23: "it has been revoked: the server needs a new one",
    24: "a certificate of its chain may sign no others: name the CA with --ca",
    26: "it is for another purpose, such as a CA's: the server needs a certificate of its own",
    66: "its key is too short for this OpenSSL: the server needs a new one",
    68: "it is signed with a digest that this OpenSSL refuses: the server needs a new one",
    79: "a certificate of its chain may sign no others: name the CA with --ca",
}


class CredentialsError(Bcfg2Error):
    """A certificate, key or CA of our own cannot be used; the text names the file."""


class IdentityError(Bcfg2Error):
    """A server's certificate is refused; the text is one clause."""


class ServerIdentity:
    """
    The certificates of a call: what is trusted, what is presented, which name is expected.

    :ivar context: checks the chain of certificates in each handshake
    """

    def __init__(
        self,
        host: str,
        ca: str | None,
        common_names: Sequence[str] = (),
        certificate: str | None = None,
        key: str | None = None,
        checks_name: bool = True,
    ) -> None:
        """
        Read the files of certificates.

        :param host: the name or address that the certificate must carry
        :param ca: file of the trusted CA; None trusts what the system trusts
        :param common_names: common names that are accepted of certificates without other names
        :param checks_name: whether the name counts; Bcfg2's own tools look at the CA alone, and
            at the common name where names are listed
        :raises CredentialsError: if one of the files cannot be used
        """
        self._host = host
        self._checks_name = checks_name
        self._common_names = frozenset(common_names)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname = False  # `check` does it, and names what is there instead
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_ciphers("DEFAULT")  # Python's own list refuses the short keys of old sites
        self._trust(ca)
        if certificate is not None:
            self._present(certificate, key or certificate)

    def check(self, connection: ssl.SSLSocket) -> None:
        """
        Look at the name in the server's certificate, after the handshake.

        :raises IdentityError: if it is another one's
        """
        certificate = connection.getpeercert(binary_form=True)
        if not self._checks_name or certificate is None:
            return
        from cryptography import x509

        problem = self._name_problem(x509.load_der_x509_certificate(certificate))
        if problem is not None:
            raise IdentityError(problem)

    def _trust(self, ca: str | None) -> None:
        if ca is None:
            self.context.set_default_verify_paths()
            return
        _check_readable(ca, "the CA")
        try:
            self.context.load_verify_locations(ca)
        except ssl.SSLError as error:
            raise CredentialsError(f"{ca}: the CA holds no certificate in PEM form") from error

    def _present(self, certificate: str, key: str) -> None:
        _check_readable(certificate, "the certificate")
        _check_readable(key, "the private key")
        try:
            self.context.load_cert_chain(certificate, key)
        except ssl.SSLError as error:
            raise CredentialsError(
                f"{certificate} and {key} are not a certificate and its private key in PEM form"
            ) from error

    def _name_problem(self, certificate: x509.Certificate) -> str | None:
        from service_identity import CertificateError, VerificationError
        from service_identity.cryptography import (
            verify_certificate_hostname,
            verify_certificate_ip_address,
        )

        try:
            if _is_address(self._host):
                verify_certificate_ip_address(certificate, self._host)
            else:
                verify_certificate_hostname(certificate, self._host)
        except VerificationError:
            names = ", ".join(_alternative_names(certificate))
            return (
                f"the server's certificate is for {names}, not for {self._host}: "
                "call the server by one of its names"
            )
        except CertificateError:  # it carries no alternative name
            return self._common_name_problem(certificate)
        return None

    def _common_name_problem(self, certificate: x509.Certificate) -> str | None:
        from cryptography.x509.oid import NameOID

        names = [
            str(item.value)
            for item in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        ]
        if self._common_names.intersection(names):
            return None
        return (
            "the server's certificate has no subjectAltName, only the common name "
            f"{', '.join(names) or '(none)'}: if that is the server, name it in "
            "[communication] serverCommonNames"
        )


def chain_problem(error: ssl.SSLCertVerificationError) -> str:
    """Return a clause that says why the chain of a server's certificate is refused."""
    other = f"OpenSSL's error {error.verify_code}, see openssl-verification-options(1)"
    problem = _CHAIN_PROBLEMS.get(error.verify_code, other)
    return f"the server's certificate is refused: {problem}"


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    from cryptography import x509

    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [str(name.value) for name in extension.value]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _check_readable(path: str, description: str) -> None:
    try:
        Path(path).read_bytes()
    except OSError as error:
        raise CredentialsError(f"{path}: {description} cannot be read: {error.strerror}") from error
