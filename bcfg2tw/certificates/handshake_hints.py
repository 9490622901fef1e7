"""Remedies for handshakes that fail, by the words that OpenSSL has for them."""

from __future__ import annotations

_UNKNOWN_AUTHORITY = (
    "it does not trust the authority of this server's certificate: give it the authority as "
    "[communication] ca in its bcfg2.conf"
)

_HINTS = {
    "http request": "it speaks plain HTTP: write https:// in its bcfg2.conf",
    "wrong version number": "what it speaks is no TLS",
    "no shared cipher": "it knows none of the ciphers of today: it needs a newer OpenSSL",
    "tlsv1 alert unknown ca": _UNKNOWN_AUTHORITY,
    "ssl/tls alert unknown ca": _UNKNOWN_AUTHORITY,
    "sslv3 alert certificate unknown": _UNKNOWN_AUTHORITY,
    "ssl/tls alert certificate unknown": _UNKNOWN_AUTHORITY,
    "sslv3 alert certificate expired": "it takes this server's certificate for expired: compare "
    "the clocks, and see bcfg2tw check-config",
    "ssl/tls alert certificate expired": "it takes this server's certificate for expired: compare "
    "the clocks, and see bcfg2tw check-config",
}

#: Said of a client that has agreed to TLS 1.0 and then does not take its signature.
_LEGACY_SIGNATURE = (
    "a client with OpenSSL 3 that offers TLS 1.0 alone ends so (it says legacy sigalg): write "
    "[communication] protocol = xmlrpc/ssl in its bcfg2.conf, so that it negotiates"
)


def hint_for(reason: str, admits_tls_1_0: bool) -> str:
    """
    Return a remedy in brackets, to follow the reason; empty where none is known.

    :param reason: OpenSSL's words
    :param admits_tls_1_0: whether the server does
    """
    hint = _HINTS.get(reason, "")
    if admits_tls_1_0 and reason.endswith("alert internal error"):
        hint = _LEGACY_SIGNATURE
    return f" ({hint})" if hint else ""
