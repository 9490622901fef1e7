"""
The identity of the other server: its certificate is checked before anything is sent.

As `bcfg2tw call` does it, but for connections of the reactor: the chain has to lead to the site's
authority, and the certificate to carry the name that is called, or a common name that is listed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.oid import NameOID
from OpenSSL import SSL, crypto
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import (
    verify_certificate_hostname,
    verify_certificate_ip_address,
)
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

from bcfg2tw.errors import SettingsError

__all__ = ["OtherServerIdentity"]

# The numbers of X509_verify_cert (openssl-verification-options(1), "DIAGNOSTICS").
_CHAIN_PROBLEMS = {
    9: "it is not valid yet: compare the clocks",
    10: "it has expired",
    18: "it is self-signed: give the certificate itself as [shadow] ca",
    19: "it comes from an authority that is not trusted: name that in [shadow] ca",
    20: "it comes from an authority that is not trusted: name that in [shadow] ca",
    21: "it comes from an authority that is not trusted: name that in [shadow] ca",
}


@implementer(IOpenSSLClientConnectionCreator)
class OtherServerIdentity:
    """
    Makes TLS connections to one server, and remembers why one was refused.

    :ivar refusal: one clause about the server's certificate; None while it was not refused
    """

    def __init__(self, host: str, ca: str | None, common_names: Sequence[str] = ()) -> None:
        """
        Read the file of authorities.

        :param host: the name or address that the certificate must carry
        :param ca: file of the trusted authorities; None trusts what the system trusts
        :param common_names: common names that are accepted of certificates without other names
        :raises SettingsError: if the file cannot be used
        """
        self.refusal: str | None = None
        self._host = host
        self._common_names = frozenset(common_names)
        self._context = SSL.Context(SSL.TLS_METHOD)
        self._context.set_min_proto_version(SSL.TLS1_2_VERSION)
        self._trust(ca)

    def _trust(self, ca: str | None) -> None:
        if ca is None:
            self._context.set_default_verify_paths()
            return
        try:
            with open(ca, "rb"):
                self._context.load_verify_locations(ca)
        except OSError as error:
            raise SettingsError(f"{ca} cannot be read: {error.strerror}", "shadow", "ca") from error
        except SSL.Error as error:
            reason = f"{ca} holds no certificate in PEM form"
            raise SettingsError(reason, "shadow", "ca") from error

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Return the TLS state of a new connection; its handshake checks the certificate."""
        connection = SSL.Connection(self._context, None)
        if not _is_address(self._host):
            connection.set_tlsext_host_name(self._host.encode("idna"))
        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, self._accepts)
        return connection

    def _accepts(
        self,
        connection: SSL.Connection,
        certificate: crypto.X509,
        error_number: int,
        depth: int,
        accepted: int,
    ) -> bool:
        if not accepted:
            other = f"OpenSSL's error {error_number}, see openssl-verification-options(1)"
            problem = _CHAIN_PROBLEMS.get(error_number, other)
            self.refusal = f"the server's certificate is refused: {problem}"
        elif depth == 0:
            self.refusal = self._name_problem(certificate.to_cryptography())
        return self.refusal is None

    def _name_problem(self, certificate: x509.Certificate) -> str | None:
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
        names = [
            str(item.value)
            for item in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        ]
        if self._common_names.intersection(names):
            return None
        return (
            "the server's certificate has no subjectAltName, only the common name "
            f"{', '.join(names) or '(none)'}: if that is the server, name it in "
            "[shadow] common_names"
        )


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [str(name.value) for name in extension.value]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
