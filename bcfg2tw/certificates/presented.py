"""The certificate that a connection presents: its names, and what takes its worth away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from bcfg2tw.certificates.endings import utc_now
from bcfg2tw.certificates.revocations import CurrentRevocations, Revocations
from bcfg2tw.certificates.subjects import lone_common_name, subject_text

#: Long names of a subject's attributes, as Python's ssl module and so cores have them
#: (:ref:`core-17`).
ATTRIBUTES = {
    NameOID.COMMON_NAME: "commonName",
    NameOID.COUNTRY_NAME: "countryName",
    NameOID.DN_QUALIFIER: "dnQualifier",
    NameOID.DOMAIN_COMPONENT: "domainComponent",
    NameOID.EMAIL_ADDRESS: "emailAddress",
    NameOID.GIVEN_NAME: "givenName",
    NameOID.LOCALITY_NAME: "localityName",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "organizationalUnitName",
    NameOID.ORGANIZATION_NAME: "organizationName",
    NameOID.SERIAL_NUMBER: "serialNumber",
    NameOID.STATE_OR_PROVINCE_NAME: "stateOrProvinceName",
    NameOID.STREET_ADDRESS: "streetAddress",
    NameOID.SURNAME: "surname",
    NameOID.TITLE: "title",
    NameOID.USER_ID: "userId",
}

#: Raised where there are no alternative names, or none that can be read.
_NO_NAMES = (
    x509.ExtensionNotFound,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    ValueError,
)


@dataclass(frozen=True)
class HandedOn:
    """
    What a balancer that ended TLS hands on of the certificate of its client, which it has verified.

    It is the `handed_on` of a transport.

    :ivar certificate: None where there is none, or its name alone is handed on
    :ivar common_name: of its subject; None where there is no certificate
    :ivar revocations: those that count
    """

    certificate: x509.Certificate | None
    common_name: str | None
    revocations: CurrentRevocations


def peer_certificate(transport: Any) -> dict[str, Any] | None:
    """
    Return the subject of the certificate that a connection presented, as a core wants it.

    :returns: `{"subject": ((("commonName", "x"),), …), "subjectAltName": (("DNS", "x"), …)}`
        (:ref:`core-17`), without the second where it has no further names; None without one; it
        was verified in the handshake
    """
    certificate = _presented(transport)
    if certificate is None:
        return _named_alone(transport)
    subject = _subject(certificate)
    common_names = {value for name in subject for key, value in name if key == "commonName"}
    others = (name for name in _alternative_names(certificate) if name not in common_names)
    alternatives = tuple(("DNS", name) for name in others)
    return {"subject": subject, **({"subjectAltName": alternatives} if alternatives else {})}


def _named_alone(transport: Any) -> dict[str, Any] | None:
    handed_on: HandedOn | None = getattr(transport, "handed_on", None)
    if handed_on is None or handed_on.common_name is None:
        return None
    return {"subject": ((("commonName", handed_on.common_name),),)}


def _subject(certificate: x509.Certificate) -> tuple[tuple[tuple[str, str | bytes], ...], ...]:
    """Return the names of a subject; its common name alone where not all of them can be read."""
    try:
        names = certificate.subject.rdns
    except ValueError:
        common_name = lone_common_name(certificate)
        return () if common_name is None else ((("commonName", common_name),),)
    return tuple(tuple(_attribute(attribute) for attribute in name) for name in names)


def _attribute(attribute: x509.NameAttribute[Any]) -> tuple[str, str | bytes]:
    name = ATTRIBUTES.get(attribute.oid, attribute.oid.dotted_string)
    return name, attribute.value


def _presented(transport: Any) -> x509.Certificate | None:
    handed_on: HandedOn | None = getattr(transport, "handed_on", None)
    if handed_on is not None:
        return handed_on.certificate
    get = getattr(transport, "getPeerCertificate", None)
    certificate = None if get is None else get()
    return None if certificate is None else certificate.to_cryptography()


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except _NO_NAMES:
        return []
    return names.get_values_for_type(x509.DNSName)


def certificate_refusal(transport: Any) -> str | None:
    """
    Say why the certificate that a connection presented is not good any more.

    A session that is resumed, and a connection that is kept, go on with a certificate that was
    verified some time ago.

    :returns: a clause; None where it is good, and where there is none
    """
    certificate = _presented(transport)
    if certificate is None:
        return None
    handed_on: HandedOn | None = getattr(transport, "handed_on", None)
    if handed_on is not None:
        return _problem(certificate, handed_on.revocations.value)
    handle = getattr(transport, "getHandle", lambda: None)()
    chain = [certificate, *_issuers(handle)]
    current = None if handle is None else handle.get_context().get_app_data()
    # a site that has TLS of its own has no lists of ours
    revocations = current.value if isinstance(current, CurrentRevocations) else Revocations()
    return next(filter(None, (_problem(entry, revocations) for entry in chain)), None)


def _issuers(handle: SSL.Connection | None) -> list[x509.Certificate]:
    """Return those that vouch for a peer's certificate; none where a session was resumed."""
    chain = None if handle is None else handle.get_verified_chain()
    return [entry.to_cryptography() for entry in (chain or [])[1:]]


def _problem(certificate: x509.Certificate, revocations: Revocations) -> str | None:
    name, end = subject_text(certificate), certificate.not_valid_after_utc
    if end <= utc_now():
        return f"the certificate of {name} ended on {end:%Y-%m-%d %H:%M} UTC"
    return f"the certificate of {name} was revoked" if revocations.has(certificate) else None
