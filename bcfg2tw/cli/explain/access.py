"""Why a call is let in or refused: authentication first, then the lists of access."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from bcfg2tw.cli.looking import Site
from bcfg2tw.cli.test.building import Log
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.plugin.base import name_of
from bcfg2tw.engine.plugin.interfaces import ClientACLs
from bcfg2tw.engine.plugins.acl import ACL, InvalidRule
from bcfg2tw.engine.xmlio import Element, line_of, path_of
from bcfg2tw.errors import Bcfg2Error

__all__ = ["access_lines"]

#: A port that no client has.
_PORT = 0


def access_lines(
    site: Site, client: str, method: str, address: str | None, user: str | None,
    password: str | None, certificate: str | None,
) -> Iterator[str]:  # fmt: skip
    """
    Yield what decides about a call, step by step, until it is refused.

    :param address: of the caller; the client's own where it is None
    :param certificate: path of the one that is shown
    :raises Bcfg2Error: if the client has no address, or the certificate cannot be read
    """
    _ = site.core  # what is said while it is read is of no interest here
    caller = ClientAddress((address or _own_address(site, client), _PORT))
    shown = None if certificate is None else _certificate(certificate)
    yield f"call of {method} from {caller[0]}, as user {user or 'root'}"
    with Log() as log:
        is_admitted = site.core.metadata.AuthenticateConnection(
            shown, user or "root", password or site.settings.password or "", caller
        )
    yield from (f"  {line}" for line in log.lines)
    if not is_admitted:
        yield "  refused by authentication (HTTP status 401)"
        return
    rests_on = "its certificate" if shown else "its password and address"
    yield f"  acts as client {caller.client}, by {rests_on}"
    if caller.client != client.lower():
        yield f"  which is not {client}: the name or address of the caller leads there"
    yield from _access(site, caller, method)


def _access(site: Site, caller: ClientAddress, method: str) -> Iterator[str]:
    for plugin in site.core.plugins_by_type(ClientACLs):
        reasons = _rules(site, plugin, caller, method) if isinstance(plugin, ACL) else ()
        yield from (f"  {reason}" for reason in reasons)
        if not isinstance(plugin, ACL):
            answer = plugin.check_acl_ip(caller, method)
            yield f"  {name_of(plugin)} {_ANSWERS[answer]} by address and method"
    with Log():
        is_allowed = site.core.check_acls(caller, method)
    yield "  allowed" if is_allowed else "  refused by the access rules (HTTP status 401)"


_ANSWERS = {True: "allows it", False: "refuses it", None: "leaves it to the client's metadata"}


def _rules(site: Site, acl: ACL, caller: ClientAddress, method: str) -> Iterator[str]:
    """Yield the rules of the plugin ACL that decide."""
    try:
        rule = acl.address_rule(caller, method)
    except InvalidRule as error:
        yield f"a rule cannot be understood, which refuses the call: {error}"
        return
    answer = acl.check_acl_ip(caller, method)
    by = "no rule of ip.xml matches, which" if rule is None else f"{rule.place}: the rule"
    yield f"{by} {_ANSWERS[answer]}"
    if answer is None:
        metadata = site.metadata(site.core.metadata.resolve_client(caller))
        matching = acl.metadata_rule(metadata, method)
        answer = acl.check_acl_client(metadata, caller, method)
        by = "no rule of metadata.xml matches, which" if matching is None else _place(acl, matching)
        yield f"{by} {_ANSWERS[answer]}"


def _place(acl: ACL, rule: Element) -> str:
    return f"{path_of(rule) or acl.files.path('metadata.xml')}:{line_of(rule)}: the rule"


def _own_address(site: Site, client: str) -> str:
    with suppress(Bcfg2Error):
        for address in sorted(site.metadata(client).addresses):
            return address
    raise Bcfg2Error(f"{client} has no address in the list of clients: give --address")


def _certificate(path: str) -> dict[str, Any]:
    """Return the names of a certificate as a server sees them."""
    try:
        with open(path, "rb") as stream:
            certificate = x509.load_pem_x509_certificate(stream.read())
    except (OSError, ValueError) as error:
        raise Bcfg2Error(f"{path} is no certificate that can be read: {error}") from error
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    subject = tuple((("commonName", str(name.value)),) for name in names)
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        hosts = extension.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        hosts = []
    return {"subject": subject, "subjectAltName": tuple(("DNS", host) for host in hosts)}
