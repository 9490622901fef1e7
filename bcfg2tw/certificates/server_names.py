"""
The certificate of a server that is called: the name that it carries, and why its chain is refused.

Names are judged by service_identity (RFC 6125). Certificates of old sites have a common name only;
these are accepted when the site lists it, as Bcfg2's client does (:ref:`wire-1.2`).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from cryptography import x509
from cryptography.x509.oid import NameOID
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import (
    verify_certificate_hostname,
    verify_certificate_ip_address,
)

__all__ = ["chain_problem", "is_address", "name_problem"]

_UNTRUSTED = "it comes from a CA that is not trusted: name the CA with {ca}"
_NO_SIGNER = "a certificate of its chain may sign no others: name the CA with {ca}"
# The numbers of X509_verify_cert (openssl-verification-options(1), "DIAGNOSTICS"), with the remedy.
_CHAIN_PROBLEMS = {
    7: "its signature is wrong: was it signed by another CA of the same name?",
    9: "it is not valid yet: compare the clocks",
    10: "it has expired: the server needs a new one",
    18: "it is self-signed: give the certificate itself as {ca}",
    19: _UNTRUSTED,
    20: _UNTRUSTED,
    21: _UNTRUSTED,
    22: "its chain is too long: name the CA that signed it with {ca}",
    23: "it has been revoked: the server needs a new one",
    24: _NO_SIGNER,
    26: "it is for another purpose, such as a CA's: the server needs a certificate of its own",
    66: "its key is too short for this OpenSSL: the server needs a new one",
    68: "it is signed with a digest that this OpenSSL refuses: the server needs a new one",
    79: _NO_SIGNER,
}


def chain_problem(number: int, ca: str) -> str:
    """
    Return a clause that says why the chain of a server's certificate is refused.

    :param number: OpenSSL's number of the error
    :param ca: the option that names the trusted CA, as a user writes it
    """
    other = f"OpenSSL's error {number}, see openssl-verification-options(1)"
    problem = _CHAIN_PROBLEMS.get(number, other).format(ca=ca)
    return f"the server's certificate is refused: {problem}"


def name_problem(
    certificate: x509.Certificate, host: str, common_names: Collection[str], option: str
) -> str | None:
    """
    Return a clause that says why a certificate is not the called server's, None if it is.

    :param host: the name or address that was called
    :param common_names: common names that are accepted of certificates without other names
    :param option: the option that lists these, as a user writes it
    """
    try:
        if is_address(host):
            verify_certificate_ip_address(certificate, host)
        else:
            verify_certificate_hostname(certificate, host)
    except VerificationError:
        names = ", ".join(_alternative_names(certificate))
        return (
            f"the server's certificate is for {names}, not for {host}: "
            "call the server by one of its names"
        )
    except CertificateError:  # it carries no alternative name
        return _common_name_problem(certificate, common_names, option)
    return None


def is_address(host: str) -> bool:
    """Tell an IP address from a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _common_name_problem(
    certificate: x509.Certificate, common_names: Collection[str], option: str
) -> str | None:
    attributes = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    names = [str(item.value) for item in attributes]
    if any(name in common_names for name in names):
        return None
    return (
        "the server's certificate has no subjectAltName, only the common name "
        f"{', '.join(names) or '(none)'}: if that is the server, name it in {option}"
    )


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [str(name.value) for name in extension.value]
