"""
TLS, and the credentials that a connection presents.

Here they are read, verified and put into the form in which a core wants them; the core decides
whether they are enough.
"""

from __future__ import annotations

import base64
import binascii
import os

from OpenSSL import SSL, crypto
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

from bcfg2tw.certificates.files import CertificateFiles, FileStamp, read_files, stamps_of
from bcfg2tw.certificates.handshake_hints import hint_for
from bcfg2tw.certificates.order import position_of_key
from bcfg2tw.certificates.refused import openssl_reasons, refusal, use_file
from bcfg2tw.certificates.revocations import CurrentRevocations
from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings

log = Logger()

LEGACY_PROTOCOL = "xmlrpc/tlsv1"

CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20:AES128-GCM-SHA256:AES256-GCM-SHA384"

#: What TLS 1.0 needs of today's OpenSSL; sites admit it for clients that offer nothing newer.
LEGACY_CIPHERS = CIPHERS + b":ECDHE+AES:AES128-SHA:AES256-SHA:@SECLEVEL=0"

#: A client's run is over by then.
RESUMPTION_SECONDS = 300


@implementer(IOpenSSLServerConnectionCreator)
class ServerContext:
    """
    The server's side of TLS: 1.2 and 1.3, with clients' certificates where there is a CA.

    Made anew by `reload` for the connections to come; those that are open keep what they have, but
    for revocations, which count at once.

    :ivar settings: those that the files were read under
    :ivar files: the content of the files, as it is in force
    :ivar stamps: their states when they were read, by path
    """

    files: CertificateFiles
    stamps: dict[str, FileStamp]

    def __init__(self, settings: Settings) -> None:
        """
        Read certificate, key, authorities and revocations.

        :raises SettingsError: naming the option and file that cannot be used
        """
        self.settings = settings
        self._revocations = CurrentRevocations()
        self.reload(settings)

    @property
    def revocations(self) -> CurrentRevocations:
        """The certificates that are revoked now."""
        return self._revocations

    def serverConnectionForTLS(self, protocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Return the TLS state of a new connection."""
        return SSL.Connection(self._context, None)

    def reload(self, settings: Settings | None = None) -> None:
        """
        Read the files again, under other settings if there are any.

        :raises SettingsError: if they cannot be used; what was read before stays in force
        """
        settings = settings or self.settings
        stamps = stamps_of(settings)
        context = server_context(settings)
        context.set_app_data(self._revocations)  # for `certificate_refusal`
        self.files = _read_files(settings)
        self._revocations.value = self.files.revocations
        self._context, self.settings, self.stamps = context, settings, stamps


def server_context(settings: Settings) -> SSL.Context:
    """
    Return a TLS context for the settings.

    :raises SettingsError: naming the option and file that cannot be used
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    _set_versions(context, settings)
    context.set_options(
        SSL.OP_NO_COMPRESSION | SSL.OP_CIPHER_SERVER_PREFERENCE | SSL.OP_NO_RENEGOTIATION
    )
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    _resume_sessions(context)
    use_file(settings, "certificate", lambda: context.use_certificate_chain_file(settings.cert))
    _use_key(context, use_file(settings, "key", lambda: _read_key(settings.key)), settings)
    if settings.ca is not None:
        _ask_for_certificates(context, settings)
    return context


def _read_files(settings: Settings) -> CertificateFiles:
    if settings.crl is None:
        return use_file(settings, "certificate", lambda: read_files(settings))
    if settings.ca is None:
        raise SettingsError(
            "revocations mean nothing without authorities: give [communication] ca, or remove "
            f"the line{settings.origin('crl')}",
            "communication",
            "crl",
        )
    return use_file(settings, "crl", lambda: read_files(settings))


def _set_versions(context: SSL.Context, settings: Settings) -> None:
    if settings.protocol == LEGACY_PROTOCOL:
        context.set_min_proto_version(SSL.TLS1_VERSION)
        context.set_cipher_list(LEGACY_CIPHERS)
    else:
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.set_cipher_list(CIPHERS)


def _resume_sessions(context: SSL.Context) -> None:
    """
    Spare those that come back the signatures.

    Tickets alone, because these are kept by the client. The name and the tickets' keys are this
    context's own, so nothing that was verified under other authorities is taken for good.
    """
    context.set_session_id(os.urandom(16))
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_timeout(RESUMPTION_SECONDS)


def _read_key(path: str) -> crypto.PKey:
    with open(path, "rb") as stream:
        pem = stream.read()
    if b"ENCRYPTED" in pem:
        raise ValueError("it is encrypted; store it without a passphrase (openssl pkey -in ...)")
    return crypto.load_privatekey(crypto.FILETYPE_PEM, pem)


def _use_key(context: SSL.Context, key: crypto.PKey, settings: Settings) -> None:
    try:
        context.use_privatekey(key)
        context.check_privatekey()
    except SSL.Error as error:
        position = position_of_key(settings.cert, key.to_cryptography_key())
        if position is not None:
            raise refusal(
                settings,
                "certificate",
                f"{settings.cert} begins with another certificate than the key's, which is number "
                f"{position} in it: the server's own comes first, then that of its authority",
            ) from error
        raise refusal(
            settings,
            "key",
            f"{settings.key} does not belong to the certificate {settings.cert}: "
            "give the key that the certificate was made for",
        ) from error


def _ask_for_certificates(context: SSL.Context, settings: Settings) -> None:
    use_file(settings, "ca", lambda: context.load_verify_locations(settings.ca))
    # not required: most clients have a password alone; one that is presented must verify
    context.set_verify(SSL.VERIFY_PEER)


def credentials(authorization: bytes | None) -> tuple[str, str]:
    """
    Read user and password from an Authorization header (RFC 7617; :ref:`wire-3`).

    :param authorization: the header's value, None without one
    :raises BadCredentials: if it is not Basic or cannot be decoded
    """
    if authorization is None:
        raise BadCredentials("there is no Authorization header")
    scheme, _, token = authorization.strip().partition(b" ")
    if scheme.lower() != b"basic":
        raise BadCredentials("the Authorization header is not Basic")
    try:
        text = base64.b64decode(token.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise BadCredentials(f"the Authorization header cannot be decoded: {error}") from error
    user, colon, password = text.partition(":")
    if not colon:
        raise BadCredentials("the Authorization header has no password")
    return user, password


class BadCredentials(Exception):
    """A connection presents nothing that could be checked."""


class HandshakeFailures:
    """
    Says once for each address why its handshakes fail, and what would let an old client in.

    :ivar said: addresses and reasons so far; when there are `LIMIT`, no more is logged
    :ivar total: how many there were
    """

    LIMIT = 10_000

    def __init__(self, protocol: str) -> None:
        """Take the protocol of bcfg2.conf, which is advised where it would help."""
        self._protocol = protocol
        self.said: set[tuple[str, str]] = set()
        self.total = 0

    def note(self, ip: str, error: BaseException | None) -> None:
        """Take note of a handshake that failed; one that was only given up is nobody's news."""
        self.note_reason(ip, ", ".join(sorted(openssl_reasons(error))))

    def note_reason(self, ip: str, reason: str) -> None:
        """Take note of the reason for which a handshake failed; an empty one is none."""
        self.total += bool(reason)
        if not reason or (ip, reason) in self.said or len(self.said) >= self.LIMIT:
            return
        self.said.add((ip, reason))
        if reason == "unsupported protocol" and self._protocol != LEGACY_PROTOCOL:
            log.warn(
                "TLS handshake with {ip} failed: it offers nothing newer than TLS 1.1. This line "
                "in bcfg2.conf would admit it: [communication] protocol = {protocol}",
                ip=ip,
                protocol=LEGACY_PROTOCOL,
            )
        else:
            hint = hint_for(reason, self._protocol == LEGACY_PROTOCOL)
            log.warn(
                "TLS handshake with {ip} failed: {reason}{hint}", ip=ip, reason=reason, hint=hint
            )
