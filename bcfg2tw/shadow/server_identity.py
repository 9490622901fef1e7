"""
The identity of the other server: its certificate is checked before anything is sent.

As `bcfg2tw call` does it, but for connections of the reactor: the chain has to lead to the site's
authority, and the certificate to carry the name that is called, or a common name that is listed.
"""

from __future__ import annotations

from collections.abc import Sequence

from OpenSSL import SSL, crypto
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

from bcfg2tw.certificates.refused import use_file
from bcfg2tw.certificates.server_names import chain_problem, is_address, name_problem
from bcfg2tw.settings import Settings
from bcfg2tw.settings.types import locations

__all__ = ["OtherServerIdentity", "identity_for"]


def identity_for(settings: Settings) -> OtherServerIdentity | None:
    """
    Return the identity that the server of `[shadow] server` has to have; None without one.

    :raises SettingsError: naming the file of authorities that cannot be used, and the remedy
    """
    if settings.shadow_server is None:
        return None
    host, _ = locations(settings.shadow_server)[0]
    ca, option = settings.shadow_ca, "shadow-ca"
    if ca is None:
        ca, option = settings.ca, "ca"

    def read() -> OtherServerIdentity:
        return OtherServerIdentity(host, ca, settings.shadow_common_names)

    return read() if ca is None else use_file(settings, option, read)


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
        :raises OpenSSL.SSL.Error: if there are none in it
        """
        self.refusal: str | None = None
        self._host = host
        self._common_names = frozenset(common_names)
        self._context = SSL.Context(SSL.TLS_METHOD)
        self._context.set_min_proto_version(SSL.TLS1_2_VERSION)
        if ca is None:
            self._context.set_default_verify_paths()
        else:
            self._context.load_verify_locations(ca)

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Return the TLS state of a new connection; its handshake checks the certificate."""
        connection = SSL.Connection(self._context, None)
        if not is_address(self._host):
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
            self.refusal = chain_problem(error_number, "[shadow] ca")
            return False
        if depth > 0:  # whatever another connection was refused for
            return True
        self.refusal = name_problem(
            certificate.to_cryptography(),
            self._host,
            self._common_names,
            "[shadow] common_names",
        )
        return self.refusal is None
