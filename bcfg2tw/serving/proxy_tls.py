"""The words of a balancer that ended TLS, in the fields of a header of version 2."""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass

from cryptography import x509

from bcfg2tw.serving.proxy_header import BadHeader, ProxyHeader, read_fields

#: The field about TLS, and the fields in it, as HAProxy's `proxy-protocol.txt` has them.
_TLS, _VERSION, _COMMON_NAME, _CERTIFICATE = 0x20, 0x21, 0x22, 0x28

#: A field of our own, for balancers that know no field for a certificate: it in base64.
CERTIFICATE_BASE64 = 0xEA

_IS_TLS, _HAS_CERTIFICATE = 0x01, 0x02 | 0x04

_HEAD = struct.Struct("!BI")

#: OpenSSL's names of versions; others are told as one.
_VERSIONS = frozenset({"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"})


@dataclass(frozen=True)
class ProxiedTLS:
    """
    A client's TLS, as a balancer tells it.

    :ivar certificate: verified by the balancer; None without one, or where it is not handed on
    :ivar common_name: of its subject; None without one
    """

    version: str
    certificate: x509.Certificate | None = None
    common_name: str | None = None


def read_tls(header: ProxyHeader) -> ProxiedTLS:
    """
    Return what a header says of a client's TLS.

    :raises BadHeader: if there was none, or the balancer did not find the certificate good
    """
    data = header.fields.get(_TLS, b"")
    if len(data) < _HEAD.size or not data[0] & _IS_TLS:
        raise BadHeader("its header tells of no TLS, which [server] proxy_tls_from says ends there")
    flags, failure = _HEAD.unpack_from(data)
    fields = dict(read_fields(data[_HEAD.size :]))
    version = fields.get(_VERSION, b"").decode("ascii", "replace")
    version = version if version in _VERSIONS else "other"
    if not flags & _HAS_CERTIFICATE:
        return ProxiedTLS(version)
    if failure:
        raise BadHeader("it did not verify a client's certificate, and hands it on")
    return ProxiedTLS(version, _certificate(header, fields), _name(fields))


def _certificate(header: ProxyHeader, fields: dict[int, bytes]) -> x509.Certificate | None:
    data = fields.get(_CERTIFICATE)
    try:
        if data is None and CERTIFICATE_BASE64 in header.fields:
            data = base64.b64decode(header.fields[CERTIFICATE_BASE64], validate=True)
        return x509.load_der_x509_certificate(data) if data else None
    except (binascii.Error, ValueError) as error:
        raise BadHeader("the certificate that it hands on cannot be read") from error


def _name(fields: dict[int, bytes]) -> str | None:
    name = fields.get(_COMMON_NAME)
    try:
        return name.decode("utf-8") if name else None
    except UnicodeDecodeError as error:
        raise BadHeader("the name of a certificate that it hands on cannot be read") from error
