"""ACL: which client may call which method, by address and by metadata (:ref:`metadata-16`)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypeAlias

from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import ClientACLs
from bcfg2tw.engine.plugins.default_acl import LOCALHOST, is_for_clients
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element, is_element, line_of, place_of
from bcfg2tw.errors import NotServing, PluginExecutionError, RepositoryError

Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"

ANSWERS: dict[str, bool | None] = {"Allow": True, "Deny": False, "Defer": None}
UNANSWERED = "no call can be answered until it is repaired"
LOCAL_NAMES = ("localhost", "localhost.localdomain")


class InvalidRule(PluginExecutionError):
    """A rule that cannot be understood: skipping it might open what it closes."""


def rmi_names_equal(pattern: str, method: str) -> bool:
    """
    Say whether a pattern matches a method's name.

    Both have the same number of parts between dots; `*` stands for anything within a part.
    """
    patterns, parts = pattern.split("."), method.split(".")
    return len(patterns) == len(parts) and all(map(fnmatchcase, parts, map(_literal, patterns)))


def _literal(pattern: str) -> str:
    """Return a pattern in which nothing but `*` is special."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


def rules_of(root: Element) -> Iterator[Element]:
    """Yield the rules of a document in order, also those of included documents."""
    for element in root:
        if not is_element(element):
            continue
        if element.tag == "ACL":
            yield from rules_of(element)
        else:
            yield element


@dataclass(frozen=True)
class AddressRule:
    """
    One rule of ip.xml.

    :ivar network: None for every address
    :ivar problem: why the rule cannot be understood, None if it can
    :ivar place: its file and line
    """

    answer: bool | None
    method: str
    network: Network | None = None
    problem: str | None = None
    place: str | None = field(default=None, compare=False)

    def matches(self, address: ClientAddress, rmi: str) -> bool:
        """
        Say whether the rule decides about a call.

        :raises InvalidRule: if it cannot be understood
        """
        if self.problem is not None:
            raise InvalidRule(self.problem)
        if not rmi_names_equal(self.method, rmi):
            return False
        return self.network is None or _address(address) in self.network


def _address(address: ClientAddress) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    parsed = ipaddress.ip_address(str(address[0]).partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return parsed if mapped is None else mapped


class AddressRules:
    """The rules of ip.xml; one that cannot be understood refuses every call that gets to it."""

    def __init__(self, source: Source) -> None:
        self._path = source.path
        self.rules = [self._rule(element) for element in rules_of(source.xml())]

    def _rule(self, element: Element) -> AddressRule:
        if element.tag not in ANSWERS:
            return self._invalid(element, f"it must be Allow, Deny or Defer, not {element.tag}")
        method = element.get("method", "")
        try:
            network, place = _network(element), place_of(element)
            return AddressRule(ANSWERS[element.tag], method, network, place=place)
        except ValueError as error:
            return self._invalid(element, str(error))

    def _invalid(self, element: Element, reason: str) -> AddressRule:
        problem = f"{self._path}:{line_of(element)}: {reason}"
        return AddressRule(False, "", problem=problem)


def _network(element: Element) -> Network | None:
    """
    Return the addresses that a rule is for, None for all.

    :raises ValueError: if they cannot be understood
    """
    address, netmask = element.get("address"), element.get("netmask")
    if address is None:
        if netmask is not None:
            raise ValueError(f"netmask {netmask!r} needs an address")
        return None
    parsed = ipaddress.ip_address(address)
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    mask = f"/{netmask}" if netmask else ""
    return ipaddress.ip_network(f"{mapped or parsed}{mask}", strict=False)


class ACL(Plugin, ClientACLs):
    """
    Asks ip.xml first, and metadata.xml where that defers.

    Without ip.xml every call is deferred, without metadata.xml every deferred one is allowed. Where
    ip.xml has rules and none matches, only this machine may call what administrators call.
    """

    def __init__(self, context: PluginContext, files: Files, previous: ACL | None = None) -> None:
        super().__init__(context, files, previous)
        self._addresses = files.load("ip.xml", AddressRules, UNANSWERED)
        self._metadata = files.load("metadata.xml", StructFile, UNANSWERED)
        if self._addresses is not None and self.lasting.is_news("ip.xml", self._addresses):
            self._report(self._addresses)

    def _report(self, rules: AddressRules) -> None:
        for rule in rules.rules:
            if rule.problem is not None:
                self.logger.error(
                    "%s; every call that gets as far as this rule is refused", rule.problem
                )

    def check_acl_ip(self, address: ClientAddress, rmi: str) -> bool | None:
        """
        Allow, deny, or defer (None): the first rule that matches decides.

        :raises InvalidRule: if a rule that is reached cannot be understood
        :raises NotServing: if the file was never understood
        """
        rule = self.address_rule(address, rmi)
        if rule is not None:
            return rule.answer
        if self._addresses is None or not self._addresses.rules:
            return None
        if address[0] in LOCALHOST:
            return True
        if is_for_clients(rmi) or self._has_metadata_rules():
            return None
        # what administrators call is not for everybody, as without this plugin; every loopback
        # address is this machine's (conformance case acl-live)
        return _address(address).is_loopback

    def address_rule(self, address: ClientAddress, rmi: str) -> AddressRule | None:
        """
        Return the first rule of ip.xml that matches, None if none does.

        :raises InvalidRule: if a rule that is reached cannot be understood
        :raises NotServing: if the file was never understood
        """
        if self._addresses is None:
            self._check_read(self.files.problem("ip.xml", AddressRules))
        rules = () if self._addresses is None else self._addresses.rules
        return next((rule for rule in rules if rule.matches(address, rmi)), None)

    def metadata_rule(self, metadata: ClientMetadata, rmi: str) -> Element | None:
        """
        Return the first rule of metadata.xml that applies to a client and matches, None if none.

        :raises NotServing: if the file was never understood
        """
        if self._metadata is None:
            self._check_read(self.files.problem("metadata.xml", StructFile))
            return None
        rules = rules_of(self._metadata.matched(metadata))
        matching = (rule for rule in rules if rmi_names_equal(rule.get("method", ""), rmi))
        return next(matching, None)

    def _has_metadata_rules(self) -> bool:
        return self._metadata is not None and next(rules_of(self._metadata.root), None) is not None

    def check_acl_metadata(self, metadata: ClientMetadata, rmi: str) -> bool:
        """Allow or deny: the first rule that applies to the client and matches decides."""
        return self._matching_rule(metadata, rmi) or False

    def check_acl_client(self, metadata: ClientMetadata, address: ClientAddress, rmi: str) -> bool:
        """
        Do the same; where no rule matches, the server's own machine is let in.

        It has to be called localhost and to call from there: any client can claim the name.
        """
        answer = self._matching_rule(metadata, rmi)
        if answer is None:
            return metadata.hostname in LOCAL_NAMES and address[0] in LOCALHOST
        return answer

    def _matching_rule(self, metadata: ClientMetadata, rmi: str) -> bool | None:
        """Return what the first rule says that applies and matches, None if none does."""
        rule = self.metadata_rule(metadata, rmi)
        if rule is not None:
            return rule.tag == "Allow"
        return None if self._has_metadata_rules() else True

    def _check_read(self, problem: RepositoryError | None) -> None:
        """
        See that a file's rules are known; without them nothing can be allowed or refused.

        :raises NotServing: naming file and line
        """
        if problem in self.files.unread:
            raise NotServing(f"{problem}; {UNANSWERED}")
