"""
The identity of a server: its certificate is checked before anything is sent.

The chain must lead to the site's CA and the certificate must carry the name that was called
(RFC 6125, by service_identity). Certificates of old sites have a common name only; these are
accepted when `[communication] serverCommonNames` lists it, as Bcfg2's client does
(:ref:`wire-1.2`).
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path

from bcfg2tw.errors import Bcfg2Error

__all__ = ["CredentialsError", "IdentityError", "ServerIdentity", "chain_problem"]

#: The options that name the trusted CA, and the common names of old certificates.
_CA = "--ca, or [communication] ca"
_COMMON_NAMES = "[communication] serverCommonNames"


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
        # they take a while to import, and not every call looks at names
        from cryptography.x509 import load_der_x509_certificate

        from bcfg2tw.certificates.server_names import name_problem

        problem = name_problem(
            load_der_x509_certificate(certificate), self._host, self._common_names, _COMMON_NAMES
        )
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


def chain_problem(error: ssl.SSLCertVerificationError) -> str:
    """Return a clause that says why the chain of a server's certificate is refused."""
    from bcfg2tw.certificates import server_names

    return server_names.chain_problem(error.verify_code, _CA)


def _check_readable(path: str, description: str) -> None:
    try:
        Path(path).read_bytes()
    except OSError as error:
        raise CredentialsError(f"{path}: {description} cannot be read: {error.strerror}") from error
